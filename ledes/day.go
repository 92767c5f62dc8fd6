package ledes

import (
	"errors"
	"fmt"
	"time"
)

// A day is a date as the number that LEDES writes: 20260131. 0 is none.
type day int32

var errDate = errors.New("not a date of the form YYYYMMDD")

// firstYear is the first that a date may be in. An invoice of an earlier one is a slip
// of the pen; the zero time stays free to mean none.
const firstYear = 1900

// parseDay reads YYYYMMDD, a day of the calendar.
func parseDay(value []byte) (day, error) {
	if len(value) != len("YYYYMMDD") {
		return 0, errDate
	}
	n := 0
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, errDate
		}
		n = n*10 + int(c-'0')
	}
	y, m, d := n/10_000, n/100%100, n%100
	if y < firstYear || m < 1 || m > 12 || d < 1 || d > daysOf(y, m) {
		return 0, errDate
	}
	return day(n), nil
}

// daysOf is how many days a month has.
func daysOf(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
}

// time is midnight in UTC; the zero time for none.
func (d day) time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Date(int(d/10_000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
}

// String is how LEDES writes d; "" for none.
func (d day) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%08d", int32(d))
}
