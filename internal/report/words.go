package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// Grouped writes a number with commas: 1,234,567.
func Grouped(n int) string { return commas(strconv.Itoa(n)) }

// Money writes an amount with commas and all of its places: 1,250.50.
func Money(a ledes.Amount) string {
	whole, rest, _ := strings.Cut(a.String(), ".")
	return commas(whole) + "." + rest
}

func commas(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Took writes how long something took, in the two units that matter.
func Took(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// Hours writes a time in hours, below ten with a place: 7.5, 95.
func Hours(d time.Duration) string {
	if h := d.Hours(); h >= 10 {
		return Grouped(int(math.Round(h)))
	}
	return strconv.FormatFloat(math.Round(d.Hours()*10)/10, 'f', -1, 64)
}

// Minutes writes the assumption: 3, 2.5.
func Minutes(m float64) string { return strconv.FormatFloat(m, 'f', -1, 64) }

// Acts names who acts on what waits.
func Acts(p carriers.Person) string {
	if p == carriers.Nobody {
		return "Lodge, by itself"
	}
	return "the " + string(p)
}

// State is a state as partners read it.
func State(s submission.State) string {
	switch s {
	case submission.Ready:
		return "to be filed"
	case submission.Submitting:
		return "being filed"
	case submission.Uncertain:
		return "sent, answer not known: looked up"
	case submission.NeedsPerson:
		return "needs a person"
	case submission.Quarantined:
		return "the file is not fit to be filed"
	}
	return string(s)
}
