// Package tally is the sum of campaigns of faults: what broke the promise, counted
// by its kind, what was met, and which missing rules were found after how much. Each
// campaign writes one to a file; joined they are the table and the last line that
// people read.
package tally

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Kind is a way in which the promise was broken. It is the word of the last line.
type Kind string

// The kinds, in the order of the last line.
const (
	Duplicate     Kind = "duplicates"     // the portal took in what it held
	Lost          Kind = "lost"           // neither at its end nor with a person, or said to be refused while the portal holds it
	FalseAccepted Kind = "false_accepted" // accepted, and the portal does not hold it, or nothing proves it
	Unguarded     Kind = "unguarded"      // it left without its intent, its lease or its fence
	Evidence      Kind = "evidence"       // missing or altered
	History       Kind = "history"        // it does not lead to where the submission stands
	Secret        Kind = "secrets"        // one stands where it must not
	Login         Kind = "logins"         // a password was refused too often
	Restless      Kind = "restless"       // a program goes round in circles
	Asked         Kind = "asked"          // nothing failed, and somebody was asked
	Untold        Kind = "untold"         // a receiver missed an event, or heard them out of order
	Foreign       Kind = "foreign"        // something connected to a host that is not on the list
	Left          Kind = "left"           // a process, a profile or a descriptor was left
)

// Kinds are all of them, in the order of the last line.
func Kinds() []Kind {
	return []Kind{Duplicate, Lost, FalseAccepted, Unguarded, Evidence, History, Secret, Login, Restless, Asked, Untold, Foreign, Left}
}

// A Breach is one way in which one run broke the promise.
type Breach struct {
	Kind Kind   `json:"kind"`
	What string `json:"what"`
}

// String says all of it.
func (b Breach) String() string { return fmt.Sprintf("%s: %s", b.Kind, b.What) }

// A KnockOut is a rule that was taken away, and whether that was found.
type KnockOut struct {
	Rule   string `json:"rule"`
	Where  string `json:"where"`  // "worlds" or "Chromium"
	After  int    `json:"after"`  // runs until it was found; 0: it was not
	Of     int    `json:"of"`     // runs at most
	Breach Breach `json:"breach"` // what was found
}

// A Tally is the sum of a campaign.
type Tally struct {
	Runs      int            `json:"runs"` // worlds
	Breaches  map[Kind]int   `json:"breaches"`
	Counts    map[string]int `json:"counts"` // of what was done, by name
	KnockOuts []KnockOut     `json:"knock_outs"`
	Coverage  Coverage       `json:"coverage"`
}

// New is the tally of nothing.
func New() Tally {
	return Tally{Breaches: map[Kind]int{}, Counts: map[string]int{}, Coverage: NewCoverage()}
}

// Broke counts breaches.
func (t Tally) Broke(list []Breach) {
	for _, b := range list {
		t.Breaches[b.Kind]++
	}
}

// Join adds o.
func (t *Tally) Join(o Tally) {
	t.Runs += o.Runs
	for k, n := range o.Breaches {
		t.Breaches[k] += n
	}
	for k, n := range o.Counts {
		t.Counts[k] += n
	}
	t.KnockOuts = append(t.KnockOuts, o.KnockOuts...)
	t.Coverage.Add(o.Coverage)
}

// Failed says whether anything broke the promise, or a missing rule was not found.
func (t Tally) Failed() bool {
	for _, n := range t.Breaches {
		if n > 0 {
			return true
		}
	}
	found, of := t.found()
	return found < of
}

func (t Tally) found() (found, of int) {
	for _, k := range t.KnockOuts {
		if k.After > 0 {
			found++
		}
	}
	return found, len(t.KnockOuts)
}

// Line is the sum in one line, all of it counted.
func (t Tally) Line() string {
	kinds := Kinds()
	words := []string{"faults:", fmt.Sprint("runs=", t.Runs)}
	of := func(list []Kind) {
		for _, k := range list {
			words = append(words, fmt.Sprintf("%s=%d", k, t.Breaches[k]))
		}
	}
	of(kinds[:3])
	found, all := t.found()
	words = append(words, fmt.Sprintf("knockouts=%d/%d", found, all))
	of(kinds[3:])
	for _, name := range slices.Sorted(maps.Keys(t.Counts)) {
		words = append(words, fmt.Sprintf("%s=%d", name, t.Counts[name]))
	}
	if met, all := Met(t.Coverage.Pairs); all > 0 {
		words = append(words, fmt.Sprintf("pairs=%d/%d", met, all))
	}
	return strings.Join(words, " ")
}

// Table is which rule was taken away, after how many runs that was found, and by
// what.
func (t Tally) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-46s %-9s %12s  %s\n", "without", "in", "found after", "since")
	for _, k := range t.KnockOuts {
		after, since := fmt.Sprint(k.After), k.Breach.String()
		if k.After == 0 {
			after, since = "NOT FOUND", fmt.Sprintf("%d runs broke nothing", k.Of)
		}
		fmt.Fprintf(&b, "%-46s %-9s %12s  %s\n", k.Rule, k.Where, after, since)
	}
	return b.String()
}

// Write writes t to a file.
func (t Tally) Write(path string) error {
	data, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return fmt.Errorf("tally: %w", err)
	}
	return os.WriteFile(path, append(data, '\n'), 0o600)
}

// Folder is the environment variable that names the folder into which tests write
// what they counted; unset: nowhere.
const Folder = "LODGE_TALLY"

// Keep writes t into the [Folder], as name.json, if there is one.
func (t Tally) Keep(name string) error {
	dir := os.Getenv(Folder)
	if dir == "" {
		return nil
	}
	return t.Write(filepath.Join(dir, name+".json"))
}

// Found is the tally of one knock-out.
func Found(k KnockOut) Tally {
	t := New()
	t.KnockOuts = []KnockOut{k}
	return t
}

// Read reads what [Tally.Write] wrote, of several files the sum.
func Read(paths ...string) (Tally, error) {
	sum := New()
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return sum, fmt.Errorf("tally: %w", err)
		}
		t := New()
		if err := json.Unmarshal(data, &t); err != nil {
			return sum, fmt.Errorf("tally: %s: %w", path, err)
		}
		sum.Join(t)
	}
	return sum, nil
}
