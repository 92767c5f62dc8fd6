package bad

import (
	"crypto/md5" // want gosec:G501
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
)

var errLost = errors.New("lost")

func dropped() {
	os.Chdir("/") // want errcheck:Chdir
}

func compared(err error) error {
	if err == errLost { // want errorlint:errors.Is
		return nil
	}
	return fmt.Errorf("bad: %v", err) // want errorlint:%w
}

func leaked(c *http.Client) error {
	r, err := c.Get("https://example.com") // want bodyclose:closed
	if err != nil {
		return err
	}
	_ = r.Status
	return nil
}

func rows(db *sql.DB) error {
	r, err := db.Query("SELECT 1") // want sqlclosecheck:closed rowserrcheck:Err
	if err != nil {
		return err
	}
	for r.Next() {
		continue
	}
	return nil
}

func assigned() int {
	n := 1 // want ineffassign:n
	n = 2
	return n
}

func converted(s string) string {
	_ = md5.New      // the import alone is the finding
	return string(s) // want unconvert:unnecessary
}

func never(s string) bool { return regexp.MustCompile("[").MatchString(s) } // want staticcheck:SA1000

func unused() {} // want unused:unused

func twice(n int) int {
	switch {
	case n > 1:
		return 1
	case n > 1: // want gocritic:dupCase
		return 2
	}
	return 0
}

// want+2 nolintlint:unused nolintlint:mention·specific nolintlint:provide·explanation

func weighed(b bool) bool { //nolint
	return b
}

// The colour of an invoice is a color. // want misspell:color

// TODO: write this. // want godox:TODO

var _ = []any{dropped, compared, leaked, rows, assigned, converted, never, twice, weighed}
