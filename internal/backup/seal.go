package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// magic begins what age has encrypted (age-encryption.org/v1).
const magic = "age-encryption.org/"

// seal compresses what is written to it and encrypts it to recipients; none
// leaves it plain. Close ends both, and leaves w open.
func seal(w io.Writer, recipients []age.Recipient) (io.WriteCloser, error) {
	sealed := io.WriteCloser(open{w})
	if len(recipients) > 0 {
		var err error
		if sealed, err = age.Encrypt(w, recipients...); err != nil {
			return nil, fmt.Errorf("encrypt: %w", err)
		}
	}
	// Pictures do not shrink, and texts do at any level.
	zip, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	return sealing{zip, sealed}, err
}

type sealing struct {
	*gzip.Writer
	below io.Closer
}

func (s sealing) Close() error { return errors.Join(s.Writer.Close(), s.below.Close()) }

// open is a writer whose Close is somebody else's.
type open struct{ io.Writer }

func (open) Close() error { return nil }

// ErrKey says that an archive is encrypted to another key than those at hand.
var ErrKey = errors.New("the backup is encrypted, and does not open with this key")

// unseal is the reverse of [seal]. The archive says by itself whether it is encrypted.
func unseal(r io.Reader, keys []age.Identity) (io.Reader, error) {
	begin := bufio.NewReader(r)
	head, err := begin.Peek(len(magic))
	if err != nil {
		return nil, errors.New("it is no backup: it is too short")
	}
	plain := io.Reader(begin)
	if bytes.Equal(head, []byte(magic)) {
		if len(keys) == 0 {
			return nil, fmt.Errorf("%w: there is none", ErrKey)
		}
		plain, err = age.Decrypt(begin, keys...)
		if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
			return nil, ErrKey
		}
		if err != nil {
			return nil, fmt.Errorf("its encryption is damaged: %w", err)
		}
	}
	buffered := bufio.NewReader(plain)
	zip, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("it is no backup: %w", err)
	}
	zip.Multistream(false)
	return &toTheEnd{zip, buffered}, nil
}

// toTheEnd lets nothing follow what was compressed.
type toTheEnd struct {
	zip  *gzip.Reader
	rest *bufio.Reader
}

func (r *toTheEnd) Read(p []byte) (int, error) {
	n, err := r.zip.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if _, after := r.rest.Peek(1); after == nil {
		return n, errors.New("something follows the end of the backup")
	} else if !errors.Is(after, io.EOF) {
		return n, after // what follows fails to decrypt, or to be read
	}
	return n, io.EOF
}
