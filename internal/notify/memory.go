package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"example.com/lodge/internal/durable"
)

// errBusy says that another process tells people just now.
var errBusy = errors.New("another process has the memory")

// A record is what one channel was told.
type record struct {
	Begun  time.Time            `json:"begun"`            // when the channel was first asked for
	SentAt time.Time            `json:"sent_at,omitzero"` // of the last message
	Told   map[string]time.Time `json:"told,omitempty"`   // by item, what is still open
}

// memory is the file that remembers what was told, locked while it is open.
type memory struct {
	Channels map[string]record `json:"channels"`

	root    *os.Root
	name    string
	lock    *os.File
	changed bool
	broken  error // why nothing of the file could be read
}

// open reads the memory at path, or errs with errBusy while another process has
// it. A file that cannot be understood counts as empty: to tell twice is better
// than not to tell.
func open(path string) (_ *memory, err error) {
	m := &memory{Channels: map[string]record{}, name: filepath.Base(path)}
	if m.root, err = os.OpenRoot(filepath.Dir(path)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	if m.lock, err = m.root.OpenFile(m.name+".lock", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	switch err = unix.Flock(int(m.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil, errBusy
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", m.lock.Name(), err)
	}
	data, err := m.root.ReadFile(m.name)
	if notThere(err) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, m); err != nil || m.Channels == nil {
		m.Channels, m.broken = map[string]record{}, fmt.Errorf("%s is damaged", path)
	}
	return m, nil
}

func (m *memory) close() {
	if m.lock != nil {
		_ = m.lock.Close() // and with it the lock
	}
	_ = m.root.Close()
}

// of is what a channel was told. Times after now are of a clock that was wrong:
// they would keep the channel silent for as long as that.
func (m *memory) of(channel string, now time.Time) record {
	r, ok := m.Channels[channel]
	if !ok {
		r = record{Begun: now}
		m.Channels[channel], m.changed = r, true
	}
	if r.SentAt.After(now) {
		r.SentAt = time.Time{}
	}
	if r.Begun.After(now) {
		r.Begun = now
	}
	return r
}

// told remembers a message that arrived, and forgets what is no longer open.
func (m *memory) told(channel string, d digest, now time.Time) {
	r, told := m.Channels[channel], map[string]time.Time{}
	for _, i := range d.rest {
		told[i.ID] = r.Told[i.ID]
	}
	for _, list := range [][]Item{d.fresh, d.again} {
		for _, i := range list {
			told[i.ID] = now
		}
	}
	m.Channels[channel], m.changed = record{Begun: r.Begun, SentAt: now, Told: told}, true
}

// forget forgets what is no longer open, where there was nothing to tell.
func (m *memory) forget(channel string, d digest) {
	r := m.Channels[channel]
	if len(r.Told) == len(d.rest) {
		return
	}
	told := map[string]time.Time{}
	for _, i := range d.rest {
		told[i.ID] = r.Told[i.ID]
	}
	r.Told = told
	m.Channels[channel], m.changed = r, true
}

// write keeps what has changed, for the next process too.
func (m *memory) write() error {
	if !m.changed {
		return nil
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return durable.Replace(m.root, m.name, append(data, '\n'))
}
