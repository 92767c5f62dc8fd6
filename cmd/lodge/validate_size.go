package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A fileSize is a number of bytes, as people type it: 500MB. 0 is the usual limit.
type fileSize int64

// String implements pflag.Value.
func (s *fileSize) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type implements pflag.Value.
func (s *fileSize) Type() string { return "size" }

// Set implements pflag.Value.
func (s *fileSize) Set(text string) error {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(text)), "B"), "I")
	shift := 0
	if i := strings.IndexAny(number, "KMGT"); i > 0 && i == len(number)-1 {
		shift = 10 * (1 + strings.IndexByte("KMGT", number[i]))
		number = strings.TrimSpace(number[:i])
	}
	n, err := strconv.ParseInt(number, 10, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is no size such as 500MB or 2GB", text)
	case err != nil || n < 1 || n > math.MaxInt32<<20>>shift:
		return fmt.Errorf("%q is not between 1 and %dT", text, math.MaxInt32>>20)
	}
	*s = fileSize(n << shift)
	return nil
}
