package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// stdin is how standard input is named.
const stdin = "-"

// An input is a file that is to be checked, or why there is none.
type input struct {
	name string
	size int64
	err  error
}

// inputs are the files that names stand for. What stands for nothing is among them, with
// the reason: whoever named it expects an answer.
func (a *app) inputs(names []string) []input {
	var list []input
	for _, name := range names {
		list = append(list, a.named(name)...)
	}
	return list
}

// named are the files that one name stands for. A file that has the name is meant, even
// if it could be a pattern as well: "invoice [2].txt" is a common name.
func (a *app) named(name string) []input {
	if name == stdin {
		return []input{{name: name}}
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return a.inFolder(name)
	case err == nil:
		return []input{{name: name, size: info.Size()}}
	case strings.ContainsAny(name, "*?["):
		return a.matching(name)
	}
	return []input{{name: name, err: err}}
}

// matching are the files that a pattern matches, and those in the folders that it matches:
// a shell would have put them in its place, but it was quoted, or there is no such shell.
func (a *app) matching(pattern string) []input {
	found, err := filepath.Glob(pattern)
	if err != nil {
		return []input{{name: pattern, err: fmt.Errorf("it is no file, and no pattern either: %w", err)}}
	}
	var list []input
	for _, name := range found {
		if hidden(name) && !hidden(pattern) {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			list = append(list, a.inFolder(name)...)
		} else {
			list = append(list, entry(name, info, err))
		}
	}
	if len(list) == 0 {
		return []input{{name: pattern, err: errors.New("no file matches this pattern")}}
	}
	return list
}

// inFolder are the files of a folder that are not hidden, by name.
func (a *app) inFolder(dir string) []input {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []input{{name: dir, err: err}}
	}
	var list []input
	folders := 0
	for _, e := range entries {
		if hidden(e.Name()) {
			continue
		}
		name := filepath.Join(dir, e.Name())
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			folders++
			continue
		}
		list = append(list, entry(name, info, err))
	}
	switch {
	case len(list) == 0 && folders == 0:
		return []input{{name: dir, err: errors.New("there are no files in this folder")}}
	case len(list) == 0:
		return []input{{name: dir, err: fmt.Errorf("there are no files in this folder, only %s: name them, or type %s",
			count(folders, "folder"), quoted(filepath.Join(dir, "*")))}}
	case folders > 0:
		_, _ = fmt.Fprintf(a.err, "%s: %s in it not looked into\n", printable(dir), count(folders, "folder"))
	}
	return list
}

// entry is a file that nobody named: of a pipe or a device nobody knows when it ends.
func entry(name string, info fs.FileInfo, err error) input {
	switch {
	case err != nil:
		return input{name: name, err: err}
	case !info.Mode().IsRegular():
		return input{name: name, err: errors.New("it is no file but a pipe, a socket or a device")}
	}
	return input{name: name, size: info.Size()}
}

// hidden reports whether a file is hidden as Unix hides files.
func hidden(name string) bool { return strings.HasPrefix(filepath.Base(name), ".") }

// unreadable is why a file cannot be read. The name is shown as nothing but a name.
func unreadable(name string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err // which says the name, as it is
	}
	return fmt.Errorf("%s: %w", printable(name), err)
}
