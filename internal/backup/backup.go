// Package backup writes everything that one Lodge knows into one file, and puts
// it back.
//
// The file is a tar archive, compressed with gzip and encrypted with age. Each
// entry has its SHA-256 in its header; the last entry is the manifest. Nothing in
// it is scrubbed: it holds invoices as they are filed. The key that opens the
// secrets, and the archive, is never in it.
//
// A ledger that was restored is older than the truth, and [Marker] says so until
// package recovery has brought it up to date.
package backup

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/submission"
)

// Names in the archive. What lies in the state folder keeps its name below it.
const (
	settingsName = "lodge.yaml"
	secretsName  = "secrets.age"
	manifestName = "manifest.json"
	stateDir     = "state"
	ledgerName   = stateDir + "/ledger.db"
	indexName    = stateDir + "/" + intake.IndexName
	adoptedName  = stateDir + "/" + intake.AdoptedName
	stagedDir    = stateDir + "/staged"
	evidenceDir  = stateDir + "/evidence"
)

// format is the version of archives that this program writes.
const format = 1

// hashKey is the record of an entry's header that holds the hex SHA-256 of its
// content (pax: a vendor's keyword is in capitals).
const hashKey = "LODGE.sha256"

// A Manifest says what an archive holds.
type Manifest struct {
	Format   int       `json:"format"`
	Lodge    string    `json:"lodge"`   // version of the program
	MadeAt   time.Time `json:"made_at"` // just before the ledger was copied
	Host     string    `json:"host"`
	Ledger   []Count   `json:"ledger"`   // how many submissions are where
	Evidence bool      `json:"evidence"` // the evidence is in the archive
	Heads    []Head    `json:"heads"`    // of the evidence, in the archive or not
	Files    int       `json:"files"`    // entries before the manifest
	Bytes    int64     `json:"bytes"`    // in them
	Digest   string    `json:"digest"`   // hex SHA-256 over the lines "sha size name" of them, in their order
}

// A Count is how many submissions of an account are in a state.
type Count struct {
	Account string           `json:"account"`
	State   submission.State `json:"state"`
	N       int              `json:"n"`
}

// A Head is the latest attempt of an account that the evidence tells of.
type Head struct {
	Account string `json:"account"`
	Attempt string `json:"attempt"` // ULID
}

// Submissions is how many submissions the ledger in the archive has.
func (m Manifest) Submissions() int {
	n := 0
	for _, c := range m.Ledger {
		n += c.N
	}
	return n
}

// largest bounds the manifest, and files that are read into memory, in bytes.
const largest = 64 << 20

func readManifest(r io.Reader) (Manifest, error) {
	var m Manifest
	if err := json.NewDecoder(io.LimitReader(r, largest)).Decode(&m); err != nil {
		return m, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	if m.Format < 1 || m.Format > format {
		return m, fmt.Errorf("its format is %d and this program knows up to %d: the operator updates this program", m.Format, format)
	}
	return m, nil
}

// line is an entry's part of the digest.
func line(sha string, size int64, name string) string {
	return fmt.Sprintf("%s %d %s\n", sha, size, name)
}

// known says whether an entry may have this name. Whoever unpacks joins it to a
// folder: a name that leads out of it is not known.
func known(name string) bool {
	switch name {
	case settingsName, secretsName, ledgerName, indexName, adoptedName:
		return true
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") {
		return false
	}
	return strings.HasPrefix(name, stagedDir+"/") || strings.HasPrefix(name, evidenceDir+"/")
}
