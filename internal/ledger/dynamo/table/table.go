// Package table says what the ledger's DynamoDB table is like: its keys, its
// indexes and what protects it. It is data without the AWS SDK, so that whatever
// makes the table, a test or a deployment, types no name again.
package table

// A Table is the definition. All key attributes are strings; billing is on
// demand, since a firm's invoices come in bursts.
type Table struct {
	Key       Key
	Indexes   []Index // global, secondary, keys only: a row is 1 write unit at most, and nothing where its keys stay
	Expires   string  // the time-to-live attribute, in seconds since 1970; nothing of the ledger has it, only what may go
	Recovery  bool    // point-in-time recovery
	Protected bool    // no deletion by mistake
}

// A Key names the attributes of a primary key.
type Key struct{ Partition, Sort string }

// An Index is a way to list. An item that lacks one of its two attributes is not
// in it.
type Index struct {
	Name string
	Key
}

// The attributes that are keys. They are short, since DynamoDB counts them with
// every row.
const (
	PK      = "pk"  // of the table
	SK      = "sk"  // of the table
	Account = "a"   // of a submission
	ID      = "id"  // of a submission
	State   = "st"  // state, whether somebody is needed, last change
	Work    = "wk"  // free or held, rank, when due
	Dated   = "dt"  // the invoice's date, while the carrier has it not
	Person  = "np"  // who is needed
	Since   = "ns"  // since when
	Month   = "mo"  // of arrival
	Arrived = "ar"  // when
	Invoice = "inv" // its number
	Owes    = "ow"  // there is something to deliver
	expires = "ttl"
)

// ByID lists an account's submissions in the order of ids.
func ByID() Index { return Index{"by-id", Key{Account, ID}} }

// ByState lists an account's submissions of a state, the latest change last.
func ByState() Index { return Index{"by-state", Key{Account, State}} }

// ByWork lists what is due in an account, or held by somebody.
func ByWork() Index { return Index{"by-work", Key{Account, Work}} }

// ByDate lists what the carrier of an account ought to have and has not, the
// oldest date first.
func ByDate() Index { return Index{"by-date", Key{Account, Dated}} }

// ByNeed lists what needs one of the people, the longest waiting first.
func ByNeed() Index { return Index{"by-need", Key{Person, Since}} }

// ByArrival lists what arrived in a month.
func ByArrival() Index { return Index{"by-arrival", Key{Month, Arrived}} }

// ByInvoice lists the submissions with an invoice number.
func ByInvoice() Index { return Index{"by-invoice", Key{Invoice, ID}} }

// ByDebt lists the submissions of which some destination was not told all.
func ByDebt() Index { return Index{"by-debt", Key{Owes, ID}} }

// Definition is the ledger's table.
func Definition() Table {
	return Table{
		Key:       Key{PK, SK},
		Indexes:   []Index{ByID(), ByState(), ByWork(), ByDate(), ByNeed(), ByArrival(), ByInvoice(), ByDebt()},
		Expires:   expires,
		Recovery:  true,
		Protected: true,
	}
}
