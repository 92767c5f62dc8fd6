// Package dynamo keeps a ledger in one DynamoDB table, which any number of
// programs share. A submission is one item, and each Store one conditional
// UpdateItem of it that appends its entries: no transaction, so nothing can be
// half done. What grows is moved to items beside it.
//
// Items, by their keys (package table has the indexes):
//
//	pk            sk             what
//	s#ID          -              a submission: version, value, the end of its history, who is owed it
//	s#ID          h#FIRST-LAST   entries of its history that were moved out of the item
//	account       NAME           an account's item, or a carrier site's
//	destination   NAME           who is told of entries, by the id of the enrolment
//	dismissed     ENROLMENT      one whose debts are being settled
//	of            NAME           an account that has submissions
//	month         2026-11        a month in which submissions arrived
//	ledger        -              the ledger's name and format
//
// Indexes hold keys only. They are eventually consistent (Amazon DynamoDB
// Developer Guide, "Global Secondary Indexes"), so nothing is decided on them: a
// list reads the items that an index names and looks at those again, and a claim
// goes through Store. What an index does not name yet is listed a moment later.
//
// What each call costs, in request units, is in docs/benchmarks.md; a read unit is
// 4 KB read consistently, half a unit eventually so, a write unit 1 KB of the
// whole item or of an index's row (ibid., "Read/write capacity mode").
package dynamo
