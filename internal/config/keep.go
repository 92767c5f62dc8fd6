package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// A Keep says how long evidence is kept: so many years, months and days of the
// calendar. The zero Keep is for ever.
type Keep struct{ Years, Months, Days int }

// The bounds of a [Keep]. A slip of the finger must not remove the month's proof;
// and what is later than anybody's archive is for ever.
const (
	leastDays = 30
	mostYears = 100
)

var keepRE = regexp.MustCompile(`^([1-9][0-9]{0,4})(d|m|y)$`)

// parseKeep reads "90d", "18m" or "7y".
func parseKeep(text string) (Keep, error) {
	var k Keep
	m := keepRE.FindStringSubmatch(text)
	if m == nil {
		return k, errors.New("is a number with d, m or y, such as 90d, 18m or 7y (days, months, years)")
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return k, err
	}
	switch m[2] {
	case "d":
		k.Days = n
	case "m":
		k.Months = n
	default:
		k.Years = n
	}
	switch {
	case k.Years == 0 && k.Months == 0 && k.Days < leastDays:
		return k, fmt.Errorf("is at least %d days, or 1m", leastDays)
	case k.Years > mostYears, k.Months > 12*mostYears, k.Days > 366*mostYears:
		return k, fmt.Errorf("is at most %d years: leave it out to keep evidence for ever", mostYears)
	}
	return k, nil
}

// ForEver says whether nothing is ever removed.
func (k Keep) ForEver() bool { return k == Keep{} }

// Before is the moment before which evidence is old, now.
func (k Keep) Before(now time.Time) time.Time { return now.AddDate(-k.Years, -k.Months, -k.Days) }

// String is as lodge.yaml has it; "" is for ever.
func (k Keep) String() string {
	switch {
	case k.Years > 0:
		return fmt.Sprintf("%dy", k.Years)
	case k.Months > 0:
		return fmt.Sprintf("%dm", k.Months)
	case k.Days > 0:
		return fmt.Sprintf("%dd", k.Days)
	}
	return ""
}

func (r *reader) keep(n ast.Node) {
	var text string
	r.text("evidence.keep", &text)(n)
	keep, err := parseKeep(text)
	if err != nil {
		r.wrong(n, "evidence.keep %v", err)
		return
	}
	r.config.Keep = keep
}
