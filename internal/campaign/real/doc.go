// Package real is the part of the campaign against Lodge's promise in which
// nothing is a model but the carrier's site: the program is built and killed, the
// ledger is a file, the browser is Chromium. It holds tests only.
//
//   - TestKills kills the program itself, again and again, at random moments, while
//     the site misbehaves; its last run is left alone.
//   - TestBrowser makes visits in a process of their own that stops at each point on
//     the way, so that process, browser or site can be broken exactly there.
//   - TestByHand fills the disk and cuts the network in the middle of 50 invoices.
//
// The judge is the portal's own count; its rules are in the type facts, and each
// has a test that shows that it can fail. `make faults-real` runs all with numbers
// worth having; `go test` runs a few of each. What is simulated, and with it the
// knock-outs of single rules, is in package campaign; those that need a browser are
// in internal/browser and internal/visit (docs/guarantees.md has the table).
package real
