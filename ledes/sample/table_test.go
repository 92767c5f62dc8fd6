package sample

import (
	"math/rand/v2"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"example.com/lodge/ledes/utbms"
)

// Every row of the tables can be drawn, and makes a line that is worth something.
func TestTablesAreSound(t *testing.T) {
	for _, w := range works {
		if w.stage == 0 || w.stage > ever || w.who == 0 || w.least < 1 || w.least > w.most || w.most > longDay {
			t.Errorf("work %+v", w)
		}
	}
	for _, c := range costs {
		if c.stage == 0 || c.stage > ever || c.least < 1 || c.least > c.most || c.cheap < 1 || c.step < 1 || c.dear < c.cheap || (c.dear-c.cheap)%c.step != 0 {
			t.Errorf("cost %+v", c)
		}
		if code, ok := utbms.Lookup(c.code); !ok || code.Set != utbms.Expense {
			t.Errorf("%s is no code of an expense", c.code)
		}
	}
	for _, at := range []stage{opening, discovery, trial} {
		if n := len(atStage(works[:], at, func(w work) stage { return w.stage })); n < 20 {
			t.Errorf("there are %d kinds of work at stage %b", n, at)
		}
	}
	for _, l := range lines {
		if l.code == "" || l.claim == "" || !strings.Contains(l.title, "PERSON") || l.pleading == "" || l.claimant == "" ||
			min(len(l.records), len(l.experts), len(l.witnesses), len(l.issues)) < 3 {
			t.Errorf("line of insurance %+v", l)
		}
	}
}

// Every firm has somebody for every work, a rate of tax that can be read, and an id of its own.
func TestFirmsAreSound(t *testing.T) {
	ids, letters := map[string]bool{}, map[string]bool{}
	for _, f := range Firms() {
		if ids[f.ID] || letters[f.letters] || f.ID == "" || f.letters == "" {
			t.Errorf("%s: another one has the id %s or the letters %s", f.Name, f.ID, f.letters)
		}
		ids[f.ID], letters[f.letters] = true, true
		if rate, err := ledes.ParseRate(f.tax); err != nil || rate.IsZero() || f.taxed().Rate != rate {
			t.Errorf("%s: tax of %s: %v", f.Name, f.tax, err)
		}
		for seed := range uint64(50) {
			ranks := map[rank]int{}
			for _, k := range f.team(rand.New(rand.NewPCG(seed, 0))) {
				ranks[k.rank]++
			}
			if ranks[partner] != 1 || ranks[associate] < 1 || ranks[associate] > 2 || ranks[paralegal] != 1 {
				t.Errorf("%s: a team of %v", f.Name, ranks)
			}
		}
		keepers := map[string]bool{}
		for _, k := range f.keepers {
			made := k.timekeeper()
			if keepers[k.id] || !utbms.KnownClass(k.class) || made.Last+", "+made.First != made.Name || made.First == "" {
				t.Errorf("%s: %+v", f.Name, made)
			}
			keepers[k.id] = true
		}
	}
	for _, c := range Clients() {
		if ids[c.ID] || c.taxID == "" || c.number == 0 || c.address.City == "" {
			t.Errorf("client %+v", c)
		}
		ids[c.ID] = true
	}
}
