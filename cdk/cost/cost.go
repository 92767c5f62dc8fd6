// Package cost computes what Lodge costs in AWS, from list prices and what was measured,
// so that the table in docs/running-on-aws.md cannot drift from its formula.
package cost

// Prices of AWS in us-east-1, November 2026, in dollars: list prices as the project's
// own notes have them. They are typed here once. Look them up before you count on them.
const (
	vcpuHour     = 0.03238      // Fargate, ARM
	gbHour       = 0.00356      // Fargate, ARM
	addressHour  = 0.005        // a public IPv4 address
	natHour      = 0.045        // a NAT gateway, without what goes through it
	secretMonth  = 0.40         // Secrets Manager
	alarmMonth   = 0.10         // CloudWatch, beyond what is free
	metricMonth  = 0.30         // CloudWatch, one of Lodge's own
	imageGBMonth = 0.10         // ECR
	lambdaGBs    = 0.0000133334 // Lambda, ARM, a gigabyte for a second, beyond what is free
	lambdaCall   = 0.0000002
	s3GBMonth    = 0.023
	hoursMonth   = 730
	secondsHour  = 3600
)

// What was measured, or is reasoned where there is nothing to measure yet.
const (
	dynamoInvoice = 0.000019    // docs/benchmarks.md, "The ledger in DynamoDB"
	othersInvoice = 0.000081    // objects, messages and logs of an invoice: evidence is ten files, each put once
	evidenceGB    = 0.0005      // of an invoice: half a megabyte of pictures and pages
	imageGB       = 0.28        // compressed
	sweepGBs      = 0.256 * 0.5 // a sweep: 256 MB for half a second
	sweepsMonth   = hoursMonth * 60 / 5
	sweepDynamo   = 7 * 0.000000125 // what is due of four accounts: docs/benchmarks.md
)

// What a deployment has of what AWS charges for by the piece. A test of the module holds
// alarms and metrics against the template; images are what the template takes from here.
const (
	Alarms  = 10
	Metrics = 5  // of Lodge's own
	Images  = 30 // that the repository keeps, at most, as if no two had a layer in common
)

// A Task is how tasks are made and what they do.
type Task struct {
	VCPU, GB float64
	Start    float64 // seconds until the first visit: place, pull, start
	Upload   float64 // seconds that a carrier's site takes for an invoice
	Batch    float64 // invoices a task, on average
	Parallel float64 // visits side by side
}

// Usual is what the deployment makes by default, filing the invoices of a run together.
func Usual() Task { return Task{VCPU: 1, GB: 4, Start: 60, Upload: 90, Batch: 20, Parallel: 4} }

// Alone is a task that finds one invoice, and ends: the dearest way.
func Alone() Task {
	t := Usual()
	t.Batch, t.Parallel = 1, 1
	return t
}

// Hour is the price of a task for an hour, with its address.
func (t Task) Hour() float64 { return t.VCPU*vcpuHour + t.GB*gbHour + addressHour }

// Invoice is the share of a task in one invoice: 1/B x (S + B x T/P) x h/3600. Fargate
// charges a minute at least.
func (t Task) Invoice() float64 {
	return max(t.Start+t.Batch*t.Upload/t.Parallel, 60) / t.Batch * t.Hour() / secondsHour
}

// A Bill is a month in dollars.
type Bill struct{ Tasks, Ledger, Other, Standing float64 }

// Month is the bill for so many invoices at so many accounts. Evidence is that of a
// year, in the storage that is read at once.
func Month(t Task, invoices, accounts float64) Bill {
	return Bill{
		Tasks:    invoices * t.Invoice(),
		Ledger:   invoices*dynamoInvoice + sweepsMonth*sweepDynamo,
		Other:    invoices*(othersInvoice+12*evidenceGB*s3GBMonth) + sweepsMonth*(sweepGBs*lambdaGBs+lambdaCall),
		Standing: accounts*secretMonth + Alarms*alarmMonth + Metrics*metricMonth + Images*imageGB*imageGBMonth,
	}
}

// Sum is all of it.
func (b Bill) Sum() float64 { return b.Tasks + b.Ledger + b.Other + b.Standing }

// NAT is what a month of private subnets adds, with so many gateways, each with an
// address, before what goes through them.
func NAT(gateways float64) float64 { return gateways * hoursMonth * (natHour + addressHour) }
