package portal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// An entry is one thing that happened: exactly one field is set. The portal's
// whole state is what its entries add up to.
type entry struct {
	Record     *Record `json:"record,omitempty"`
	Login      string  `json:"login,omitempty"`      // user who entered
	Failed     string  `json:"failed,omitempty"`     // user whose password was wrong
	Unlocked   string  `json:"unlocked,omitempty"`   // user let in again by an operator
	Unreadable string  `json:"unreadable,omitempty"` // why an upload could not be read
}

// A journal is a file of entries, one JSON object a line. An entry is on the
// disk before append returns, so that what was answered survives a kill.
type journal struct {
	mu   sync.Mutex
	file *os.File
	err  error // after a failed write nobody knows what is on the disk
}

// openJournal opens the journal at path for this process alone and replays it.
// A last line without an end was being written when the portal was killed; it
// was never answered and is dropped.
func openJournal(path string, replay func(entry)) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another portal: %w", path, err), f.Close())
	}
	end, err := replayAll(f, replay)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return &journal{file: f}, nil
}

// replayAll hands every whole line to replay and returns where they end.
func replayAll(f *os.File, replay func(entry)) (int64, error) {
	var end int64
	lines := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil {
			return 0, err
		}
		var e entry
		if err := json.Unmarshal(bytes.TrimSpace(line), &e); err != nil {
			return 0, fmt.Errorf("line %d: %w", n, err)
		}
		replay(e)
		end += int64(len(line))
	}
}

// append writes e durably.
func (j *journal) append(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		j.err = fmt.Errorf("journal: %w", err)
		return j.err
	}
	if err := j.file.Sync(); err != nil {
		j.err = fmt.Errorf("journal: %w", err)
	}
	return j.err
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = os.ErrClosed
	return j.file.Close()
}
