package evidence

import (
	"errors"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"
)

// notWhole are the attempts of a submission's folder of which not all is known to be
// sealed. An invoice that is looked up for days has dozens, and each visit asks for
// all: of those that hold what they held when all of it was sealed only the names are
// read.
func (s *Store) notWhole(folder string) ([]string, error) {
	root, err := s.root.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	attempts, err := namesIn(root, ".")
	if err != nil {
		return nil, err
	}
	var list []string
	for _, attempt := range attempts {
		names, err := namesIn(root, attempt)
		if errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		if err != nil || !s.isWhole(path.Join(folder, attempt), names) {
			list = append(list, attempt) // what is wrong with it is told by whoever reads it
		}
	}
	return list, nil
}

// namesIn are the names in a folder, in their order.
func namesIn(root *os.Root, folder string) ([]string, error) {
	f, err := root.Open(folder)
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, errors.Join(err, f.Close())
}

// isWhole says whether these names are all that an attempt's folder held when all of
// it was sealed.
func (s *Store) isWhole(folder string, names []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.whole[folder]
	return ok && known == hashOf(names)
}

// rememberWhole notes that all that an attempt's folder holds is sealed.
func (s *Store) rememberWhole(folder string, entries []fs.DirEntry) {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole[folder] = hashOf(names)
}

// hashOf is a hash of all names. Files of the store are written once, whole, so that
// the same names are the same files.
func hashOf(names []string) uint64 {
	h := fnv.New64a()
	for _, name := range names {
		_, _ = io.WriteString(h, name+"/")
	}
	return h.Sum64()
}
