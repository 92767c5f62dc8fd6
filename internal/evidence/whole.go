package evidence

import (
	"context"
	"hash/maphash"
	"strings"
)

// gatheredIn is what lies in the folder of one attempt of a submission.
type gatheredIn struct {
	name    string          // of the folder
	names   []string        // of what lies in it, in order
	strange map[string]bool // what of it is no file
}

// notWhole are the attempts of a submission's folder of which not all is known to be
// sealed. An invoice that is looked up for days has dozens, and each visit asks for
// all: it is one list, and of those that hold what they held when all of it was sealed
// only the names are read. With an error there are those that came before it.
func (s *Store) notWhole(ctx context.Context, folder string) ([]gatheredIn, error) {
	var list []gatheredIn
	var now gatheredIn
	end := func(next string) {
		if now.name != "" && !s.isWhole(folder+"/"+now.name, now.names) {
			list, now = append(list, now), gatheredIn{}
		}
		now = gatheredIn{name: next, names: now.names[:0]}
	}
	for e, err := range s.objects.List(ctx, folder, false) {
		if err != nil {
			return list, err
		}
		attempt, name, ok := strings.Cut(strings.TrimPrefix(e.Name, folder+"/"), "/")
		if !ok {
			continue // no attempt's
		}
		if attempt != now.name {
			end(attempt)
		}
		now.names = append(now.names, name)
		if e.Strange || strings.Contains(name, "/") {
			if now.strange == nil {
				now.strange = map[string]bool{}
			}
			now.strange[name] = true
		}
	}
	end("")
	return list, nil
}

// isWhole says whether these names are all that an attempt's folder held when all of
// it was sealed.
func (s *Store) isWhole(folder string, names []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.whole[folder]
	return ok && known == s.hashOf(names)
}

// rememberWhole notes that all that an attempt's folder holds is sealed.
func (s *Store) rememberWhole(folder string, names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole[folder] = s.hashOf(names)
}

// hashOf is a hash of all names. Files of the store are written once, whole, so that
// the same names are the same files.
func (s *Store) hashOf(names []string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, name := range names {
		_, _ = h.WriteString(name)
		_ = h.WriteByte('/')
	}
	return h.Sum64()
}
