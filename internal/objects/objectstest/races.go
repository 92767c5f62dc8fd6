package objectstest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"example.com/lodge/internal/objects"
)

// raced has several goroutines of several processes create the same names.
func raced(k *kit) {
	const names, processes, each = 6, 4, 3
	var (
		work sync.WaitGroup
		mu   sync.Mutex
		won  = map[string][]string{}
	)
	for p := range processes {
		s := k.open()
		for g := range each {
			work.Go(func() {
				for n := range names {
					name, mine := fmt.Sprintf("chain/%d", n), fmt.Sprintf("%d-%d", p, g)
					err := s.Create(k.Context(), name, []byte(mine))
					switch {
					case err == nil:
						mu.Lock()
						won[name] = append(won[name], mine)
						mu.Unlock()
					case !errors.Is(err, fs.ErrExist):
						k.Error(err)
					}
				}
			})
		}
	}
	work.Wait()
	for n := range names {
		name := fmt.Sprintf("chain/%d", n)
		if len(won[name]) != 1 {
			k.Errorf("%s was won by %q", name, won[name])
			continue
		}
		k.holds(name, won[name][0])
	}
}

// size of what is read while it is replaced, in bytes: more than anything in between
// holds back.
const size = 1 << 20

func letters(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, size) }

// halved reads an object all the time while it is replaced.
func halved(k *kit) {
	k.ok(k.s.Put(k.Context(), "x", letters(0)))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		s := k.open()
		readers.Go(func() {
			for {
				data, err := objects.Read(k.Context(), s, "x", size)
				if err != nil || len(data) != size || bytes.Count(data, data[:1]) != size {
					k.Errorf("%d bytes, or a mixture: %v", len(data), err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 12 {
		if err := k.s.Put(k.Context(), "x", letters(i)); err != nil {
			k.Error(err)
			break
		}
	}
	close(done)
	readers.Wait()
	k.lists("", false, "x")
}

// overtaken replaces, and removes, what somebody reads.
func overtaken(k *kit) {
	for i, then := range []func() error{
		func() error { return k.s.Put(k.Context(), "x", letters(9)) },
		func() error { return k.s.Remove(k.Context(), "x") },
	} {
		k.ok(k.s.Put(k.Context(), "x", letters(i)))
		r, err := k.open().Open(k.Context(), "x")
		k.ok(err)
		begin := make([]byte, 10)
		_, err = io.ReadFull(r, begin)
		k.ok(err)
		k.ok(then())
		rest, err := io.ReadAll(r)
		k.ok(errors.Join(err, r.Close()))
		if got := string(begin) + string(rest); got != string(letters(i)) {
			k.Errorf("%d bytes, or a mixture: %.20q …", len(got), strings.TrimLeft(got, string(begin[:1])))
		}
	}
}

// crowded has many make the folders that they all need.
func crowded(k *kit) {
	var work sync.WaitGroup
	for p := range 8 {
		s := k.open()
		work.Go(func() {
			for i := range 4 {
				if err := s.Create(k.Context(), fmt.Sprintf("new/%d/folder/%d", i, p), []byte("x")); err != nil {
					k.Error(err)
				}
			}
		})
	}
	work.Wait()
	if got := k.all("new", false); len(got) != 32 {
		k.Errorf("%d of 32: %q", len(got), got)
	}
}
