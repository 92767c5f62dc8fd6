//go:build race

package protocol

// bound is how many states of each world are searched with the race detector, which
// has nothing to find in one goroutine and takes ten times as long.
const bound = 2000
