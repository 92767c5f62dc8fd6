// Package attack holds no code: its tests attack the rules of the ledger over
// each engine, from many callers at once, from several processes on one file,
// and with any sequence of calls. What they find wrong breaks the promise:
//
//   - linearizability: what concurrent callers were answered must be what some
//     order of their calls, one at a time, would have been answered;
//   - twins: whatever is asked of a ledger in memory and of one in a file, in
//     whatever order, both answer the same and both keep the invariants.
package attack
