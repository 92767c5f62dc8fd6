package main

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/internal/config"
)

// For how long the bucket keeps what is not the firm's own file and not proof, in
// days. A copy may be needed for as long as its invoice can still be filed. A mark
// outlasts the version that it marks: else the daily comparison would take an old
// version for a new one, and ask the ledger about it in vain.
const (
	leastDays    = 400 // longer than a year of corrections, where no carrier allows more
	afterRefusal = 60  // what people may still do about an invoice that is too late
	marksLonger  = 30
	coldAfter    = 90 // evidence is looked at in its first weeks, and then hardly ever
	removedDays  = 30 // what was removed, or written over, can be got back for so long
	partsDays    = 7  // parts of uploads that nobody finished
)

// copiesDays is how long copies of what is filed are kept, in days: longer than any
// carrier takes invoices, so longer than anything is still looked up or sent again.
func (s stage) copiesDays() int {
	days := leastDays
	for _, a := range s.Accounts {
		days = max(days, s.carrier(a).Hours.DaysToFile+afterRefusal)
	}
	return days
}

// lifecycle says what becomes of objects with time. What lies below inbox/ is the
// firm's and is never removed, only versions that newer ones replaced. Evidence is
// removed by Lodge alone, which says so in the chain: a rule here would leave gaps
// that look like somebody's work. Objects of less than 128 KB stay where they are, as
// S3 has it: to move one costs more than it saves.
func (d *deployment) lifecycle() *[]any {
	gone := &awss3.CfnBucket_NoncurrentVersionExpirationProperty{NoncurrentDays: jsii.Number(removedDays)}
	rule := func(id, prefix string, r awss3.CfnBucket_RuleProperty) any {
		r.Id, r.Status = &id, jsii.String("Enabled")
		if prefix != "" {
			r.Prefix = &prefix
		}
		return &r
	}
	evidence := awss3.CfnBucket_RuleProperty{Transitions: &[]any{
		&awss3.CfnBucket_TransitionProperty{StorageClass: jsii.String("GLACIER_IR"), TransitionInDays: jsii.Number(coldAfter)},
	}}
	if !d.Keep.ForEver() {
		evidence.NoncurrentVersionExpiration = gone
		evidence.ExpiredObjectDeleteMarker = true // with the last version goes the word that it was removed: the chain has that
	}
	return &[]any{
		rule("unfinished", "", awss3.CfnBucket_RuleProperty{
			AbortIncompleteMultipartUpload: &awss3.CfnBucket_AbortIncompleteMultipartUploadProperty{DaysAfterInitiation: jsii.Number(partsDays)},
		}),
		rule("replaced", config.InboxKeys, awss3.CfnBucket_RuleProperty{
			NoncurrentVersionExpiration: &awss3.CfnBucket_NoncurrentVersionExpirationProperty{NoncurrentDays: jsii.Number(d.copiesDays())},
		}),
		rule("copies", config.StagedKeys, awss3.CfnBucket_RuleProperty{
			ExpirationInDays: jsii.Number(d.copiesDays()), NoncurrentVersionExpiration: gone,
		}),
		rule("marks", config.TakenKeys, awss3.CfnBucket_RuleProperty{
			ExpirationInDays: jsii.Number(d.copiesDays() + marksLonger), NoncurrentVersionExpiration: gone,
		}),
		rule("status", config.StatusKeys, awss3.CfnBucket_RuleProperty{NoncurrentVersionExpiration: gone}),
		rule("evidence", config.EvidenceKeys, evidence),
	}
}

// stringAttributes declares names as attributes that hold strings, in order.
func stringAttributes(names map[string]bool) *[]any {
	var list []any
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, &awsdynamodb.CfnTable_AttributeDefinitionProperty{AttributeName: &name, AttributeType: jsii.String("S")})
	}
	return &list
}
