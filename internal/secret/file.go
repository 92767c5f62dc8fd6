package secret

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"example.com/lodge/internal/durable"
)

// A File keeps secrets in one file that is encrypted with age to an X25519 key,
// which lies in a file of its own: whoever has one of the two has nothing. Both
// are made by the first Set and refused when others may read them.
type File struct{ path, identity string }

// NewFile returns the store in the file at path, opened by the key at identity.
// It touches neither.
func NewFile(path, identity string) *File { return &File{path, identity} }

// fileFormat is the version of the content that this program writes.
const fileFormat = 1

// fileLimit bounds what is read of either file, in bytes.
const fileLimit = 4 << 20

// content is what lies encrypted in the file.
type content struct {
	Format  int      `json:"format"`
	Secrets []record `json:"secrets"`
}

// A record is the only place where a value is a string on its way to the disk.
type record struct {
	Account string    `json:"account"`
	Key     string    `json:"key"`
	Value   string    `json:"value"`
	SetAt   time.Time `json:"set_at"`
	Change  string    `json:"change"` // random, new with every Set of another value
}

func (r record) is(account, key string) bool { return r.Account == account && r.Key == key }

// Get implements [Store].
func (f *File) Get(ctx context.Context, account, key string) (Value, error) {
	if err := errors.Join(ctx.Err(), checkName(account, key)); err != nil {
		return Value{}, err
	}
	c, _, err := f.read()
	if err != nil {
		return Value{}, err
	}
	for _, r := range c.Secrets {
		if r.is(account, key) {
			v := NewValue(r.Value)
			return v, checkValue(account, key, v)
		}
	}
	return Value{}, &MissingError{account, key, []string{f.path}}
}

// Set implements [Store]. Setting the value that is there already changes
// nothing, the version least of all: an account suspended for a refused
// password stays suspended when the same password is typed again.
func (f *File) Set(ctx context.Context, account, key string, v Value) error {
	if err := errors.Join(ctx.Err(), CheckSet(account, key, v)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	unlock, err := lock(ctx, f.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	c, id, err := f.read()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Secrets, func(r record) bool { return r.is(account, key) })
	if i >= 0 && c.Secrets[i].Value == v.text {
		return nil
	}
	r := record{account, key, v.text, time.Now().UTC().Truncate(time.Second), rand.Text()}
	if i >= 0 {
		c.Secrets[i] = r
	} else {
		c.Secrets = append(c.Secrets, r)
	}
	return f.write(c, id)
}

// List implements [Store].
func (f *File) List(ctx context.Context) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, _, err := f.read()
	if err != nil {
		return nil, err
	}
	var list []Entry
	for _, r := range c.Secrets {
		list = append(list, Entry{Account: r.Account, Key: r.Key, From: f.path, SetAt: r.SetAt})
	}
	slices.SortFunc(list, byName)
	return list, nil
}

func byName(a, b Entry) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Key, b.Key), cmp.Compare(a.From, b.From))
}

// Version implements [Store] with a digest of the random marks that Set leaves.
func (f *File) Version(ctx context.Context, account string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	c, _, err := f.read()
	if err != nil {
		return "", err
	}
	var marks []string
	for _, r := range c.Secrets {
		if r.Account == account {
			marks = append(marks, r.Key+"="+r.Change)
		}
	}
	slices.Sort(marks)
	return digest(marks...), nil
}

// read opens and decrypts the file. Without a file the content is empty, and
// without a key too the identity is nil.
func (f *File) read() (content, *age.X25519Identity, error) {
	sealed, err := readPrivate(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		id, err := f.readIdentity()
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return content{Format: fileFormat}, id, err
	}
	if err != nil {
		return content{}, nil, err
	}
	id, err := f.readIdentity()
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil, fmt.Errorf("secret: %s is there and its key %s is not: "+
			"the operator restores the key, or removes %s and sets every secret again", f.path, f.identity, f.path)
	}
	if err != nil {
		return content{}, nil, err
	}
	c, err := f.decrypt(sealed, id)
	return c, id, err
}

func (f *File) decrypt(sealed []byte, id *age.X25519Identity) (content, error) {
	var c content
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return c, fmt.Errorf("secret: %s does not open with the key %s: the operator puts the key that belongs to it there", f.path, f.identity)
	}
	var plain []byte
	if err == nil {
		plain, err = io.ReadAll(r)
	}
	defer clear(plain)
	if err == nil {
		err = json.Unmarshal(plain, &c)
	}
	if err != nil { // its text could quote what was decrypted
		return content{}, fmt.Errorf("secret: %s is damaged: "+
			"the operator restores it from a backup, or removes it and sets every secret again", f.path)
	}
	if c.Format > fileFormat {
		return content{}, fmt.Errorf("secret: %s was written by a newer Lodge: the operator updates this program", f.path)
	}
	return c, nil
}

// readIdentity reads the key. What the key's parser says is kept back, because
// it may quote the key.
func (f *File) readIdentity() (*age.X25519Identity, error) {
	text, err := readPrivate(f.identity)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err == nil && len(ids) == 1 {
		if id, ok := ids[0].(*age.X25519Identity); ok {
			return id, nil
		}
	}
	return nil, fmt.Errorf("secret: %s does not hold one age X25519 key: the operator restores it from a backup", f.identity)
}

// write encrypts c and puts it in place of the file. It makes the key if id is nil.
func (f *File) write(c content, id *age.X25519Identity) error {
	if id == nil {
		var err error
		if id, err = f.makeIdentity(); err != nil {
			return err
		}
	}
	c.Format = fileFormat
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	defer clear(plain)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, id.Recipient())
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("secret: encrypt %s: %w", f.path, err)
	}
	return in(f.path, func(root *os.Root, name string) error { return durable.Replace(root, name, sealed.Bytes()) })
}

func (f *File) makeIdentity() (*age.X25519Identity, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	text := fmt.Appendf(nil, "# Opens Lodge's secrets. Keep a copy apart from %s.\n# public key: %s\n%s\n",
		filepath.Base(f.path), id.Recipient(), id)
	defer clear(text)
	if err := os.MkdirAll(filepath.Dir(f.identity), 0o700); err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return id, in(f.identity, func(root *os.Root, name string) error { return durable.Create(root, name, text) })
}
