package main

import (
	"bufio"
	"encoding/json"
	"io"
)

// writeLines writes one JSON object a line. Signs such as & stay readable.
func writeLines[T any](w io.Writer, list []T) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for _, v := range list {
		if err := e.Encode(v); err != nil {
			return err
		}
	}
	return b.Flush()
}
