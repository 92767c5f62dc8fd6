package browser

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// TestNoteAsEvidence holds what people read in steps.json: an error's words, not
// the {} that an error marshals to by itself.
func TestNoteAsEvidence(t *testing.T) {
	n := Note{At: time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC), Took: 1500 * time.Millisecond, Kind: Stepped,
		What: "click button", Err: errors.New("<div> covers it")}
	got, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"at":"2026-11-02T03:04:05Z","kind":"step","what":"click button","ms":1500,"error":"\u003cdiv\u003e covers it"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
