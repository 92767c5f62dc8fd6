// Package e2e files invoices from a bucket to the ledger without AWS: the shipped
// programs, real emulators of what can be emulated, fakes pinned by contract tests of
// the rest, a real Chromium, a simulated portal. Before the emulators stands a gate
// that lets each program do what its role may, by cdk/testdata/rights.txt. It holds
// tests only.
package e2e
