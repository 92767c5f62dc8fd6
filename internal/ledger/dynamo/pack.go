package dynamo

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.com/lodge/internal/ledger"
)

// The first byte of a packed value says how the rest is written.
const (
	plain    = 0 // JSON
	deflated = 1 // JSON, deflated with dictionary as the preset dictionary
)

// dictionary has what most values say, the commonest last. Nothing in it may ever
// change: what is stored could not be read again. A better one is another format.
const dictionary = `"by_hand":{"settle_until":"looks":[{"at":"control":true,"mail":true,"trusted":true}` +
	`"quarantined","superseded","cancelled","needs_person","rejected","uncertain","taken over from ` +
	`"findings":[{"severity":"warn","code":"line":"field":"message":"client_matter":"` +
	`"resumed":1,"copies":["on_hold":{"told_by":"found":true,"needs":"operator","needs":"biller",` +
	`"row":6,"from":"ready","to":"ready","arrival":{"number":1,"state":"ready","format":"LEDES1998B","total":"` +
	`{"id":"","key":{"account":"","law_firm_id":"","client_id":"","number":"INV-"},"carrier":"harbor",` +
	`"version":1,"seq":1,"fence":1,"lease":{"owner":"","until":"2026-11-02T09:00:00Z"},"not_before":"2026-11-02T09:00:00Z",` +
	`"revisions":[{"number":1,"state":"submitting","since":"2026-11-02T09:00:00Z","object":{"name":"inbox/.txt",` +
	`"path":"","sha":"","canon":"","size":10},"matter":"","date":"2026-11-02T00:00:00Z","total":"100.00","format":"LEDES1998B",` +
	`"receipt":{"Number":"","Status":"Processing","Text":"","State":"received"},"received_at":"2026-11-02T09:00:00Z","why":"` +
	`"attempts":[{"id":"","fence":1,"owner":"","sha":"","browser":"","request":"POST https://","intended_at":"2026-11-02T09:00:00Z",` +
	`"settle_until":"2026-11-02T09:00:00Z","sent":true,"outcome":"200","evidence":[{"name":"","sha":"` +
	`"created_at":"2026-11-02T09:00:00Z","updated_at":"2026-11-02T09:00:00Z"}` +
	`{"seq":1,"row":1,"from":"submitting","to":"accepted","fence":1,"kind":"answered","actor":"gate","who":"","why":"the carrier's site ` +
	`"at":"2026-11-02T09:00:00Z","attempt":{"id":"","receipt":{"Number":"","Status":"Accepted","Text":"","State":"accepted"},` +
	`"witnessed":true,"evidence":[{"name":"","sha":""}],"revision":1}`

// packed is v as it is stored: what is smaller of JSON and deflated JSON, since
// DynamoDB counts each kilobyte of the whole item with every write.
func packed(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	small := bytes.NewBuffer([]byte{deflated})
	w, err := flate.NewWriterDict(small, flate.BestCompression, []byte(dictionary))
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if small.Len() <= len(text) {
		return small.Bytes(), nil
	}
	return append([]byte{plain}, text...), nil
}

// unpacked reads what packed wrote.
func unpacked[T any](b []byte) (v T, err error) {
	if len(b) == 0 {
		return v, errors.New("the value is missing; nothing may be filed until the operator has restored the table")
	}
	text := b[1:]
	switch b[0] {
	case plain:
	case deflated:
		if text, err = io.ReadAll(flate.NewReaderDict(bytes.NewReader(text), []byte(dictionary))); err != nil {
			return v, fmt.Errorf("the value is damaged; nothing may be filed until the operator has restored the table: %w", err)
		}
	default:
		return v, fmt.Errorf("the value has format %d: %w", b[0], ledger.ErrNewer)
	}
	return v, json.Unmarshal(text, &v)
}
