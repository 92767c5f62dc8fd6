package secret

import (
	"errors"
	"fmt"
	"io/fs"

	"filippo.io/age"
)

// Key reads the key of a [File] from the file at path, for what else is
// encrypted to it. [fs.ErrNotExist] says that there is none.
func Key(path string) (*age.X25519Identity, error) {
	id, err := (&File{identity: path}).readIdentity()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("secret: there is no key in %s: %w", path, fs.ErrNotExist)
	}
	return id, err
}
