package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// adoptedName is the file below the state folder that lists who adopted which
// file. It is only added to, so that two programs never undo each other.
const adoptedName = "adopted.jsonl"

// An adoption is a file from before the watermark that may be registered. It is
// for one version of the file.
type adoption struct {
	place
	Version stamp
}

// An adopted is one line of the list.
type adopted struct {
	Account string    `json:"account"`
	File    string    `json:"file"`
	Version stamp     `json:"version"`
	Who     string    `json:"who"`
	At      time.Time `json:"at"`
}

// Adopt lets the next scan register a file from before the watermark, as it lies
// in the inbox now. File is its name as a [Result] shows it, who is the person
// who says so.
func (in *Intake) Adopt(account, file, who string) error {
	if _, known := in.options.Accounts[account]; !known {
		return fmt.Errorf("adopt %s: there is no account %q", file, account)
	}
	info, err := in.find(account, file)
	if err != nil {
		return fmt.Errorf("adopt %s of account %s: %w", file, account, err)
	}
	line, err := json.Marshal(adopted{account, file, stampOf(info).version(), who, in.options.Clock.Now()})
	if err != nil {
		return err
	}
	list, err := in.state.OpenFile(adoptedName, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(list, "\n%s\n", line) // the line before may have been cut short
	return errors.Join(err, list.Sync(), list.Close())
}

// find finds a file of an account by the name as shown.
func (in *Intake) find(account, file string) (fs.FileInfo, error) {
	inbox, err := os.OpenRoot(in.options.Inbox)
	if err != nil {
		return nil, err
	}
	defer inbox.Close()
	dir, err := inbox.OpenRoot(account)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	files, err := list(dir)
	if err != nil {
		return nil, err
	}
	for _, info := range files {
		if Shown(info.Name()) == file {
			return info, nil
		}
	}
	return nil, fs.ErrNotExist
}

// readAdoptions reads the list. A line that was cut short counts as not written.
func readAdoptions(state *os.Root) (map[adoption]bool, error) {
	content, err := state.ReadFile(adoptedName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read who adopted which file: %w", err)
	}
	list := map[adoption]bool{}
	for line := range bytes.Lines(content) {
		var a adopted
		if json.Unmarshal(line, &a) == nil {
			list[adoption{place{a.Account, a.File}, a.Version}] = true
		}
	}
	return list, nil
}
