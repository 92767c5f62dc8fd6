package utbms_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/lodge/ledes/utbms"
)

func TestTableIsSound(t *testing.T) {
	all := utbms.All()
	if !slices.IsSortedFunc(all, func(a, b utbms.Code) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("not in the order of the codes: look-ups would miss some")
	}
	letters := map[utbms.Set]string{
		utbms.Litigation: "L", utbms.EDiscovery: "L", utbms.Bankruptcy: "B", utbms.Counseling: "C",
		utbms.Project: "P", utbms.Activity: "A", utbms.Expense: "E",
	}
	for i, c := range all {
		if i > 0 && all[i-1].Code == c.Code {
			t.Errorf("%s is there twice", c.Code)
		}
		if got, ok := utbms.Lookup(c.Code); !ok || got != c {
			t.Errorf("Lookup(%s) = %v, %v", c.Code, got, ok)
		}
		if c.Code[:1] != letters[c.Set] || c.Phase[:1] != letters[c.Set] || c.Name == "" || c.Certainty == "" {
			t.Errorf("row %+v", c)
		}
		if c.Header && c.Phase != c.Code {
			t.Errorf("%s heads the phase %s", c.Code, c.Phase)
		}
	}
	if len(all) != 164 {
		t.Errorf("%d codes", len(all))
	}
}

func TestLookup(t *testing.T) {
	for _, code := range []string{"", "L360", "l110", "L11", "L1100", "E999", "PARTNR"} {
		if got, ok := utbms.Lookup(code); ok {
			t.Errorf("Lookup(%q) = %v", code, got)
		}
	}
	for code, task := range map[string]bool{"L110": true, "P100": true, "L601": true, "A104": false, "E112": false} {
		if c, ok := utbms.Lookup(code); !ok || c.Task() != task {
			t.Errorf("Lookup(%q) = %v, %v", code, c, ok)
		}
	}
	if c, _ := utbms.Lookup("L100"); !c.Header {
		t.Error("L100 is a phase")
	}
	if c, _ := utbms.Lookup("C100"); c.Header {
		t.Error("C100 has no codes below it")
	}
}

func TestKnownClass(t *testing.T) {
	for class, want := range map[string]bool{"ADJSMT": true, "PARTNR": true, "VIDOGR": true, "PT": true, "AS": true, "": false, "partnr": false, "BOSS": false} {
		if got := utbms.KnownClass(class); got != want {
			t.Errorf("KnownClass(%q) = %v", class, got)
		}
	}
}
