package scene

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build builds the program from the module in the current folder into dir.
func Build(ctx context.Context, dir string) (exe string, err error) {
	return build(ctx, filepath.Join(dir, "lodge"))
}

func build(ctx context.Context, exe string, flags ...string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(exe), 0o700); err != nil {
		return "", fmt.Errorf("build lodge: %w", err)
	}
	args := append([]string{"build", "-trimpath", "-o", exe}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/lodge")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build lodge: %w: %s", err, said)
	}
	return exe, nil
}

// profiled is what [BuildProfiled] adds to the program.
const profiled = `package main

import (
	"os"
	"runtime/pprof"
)

func init() {
	if f, err := os.Create(os.Getenv("BENCH_CPU_PROFILE")); err == nil {
		_ = pprof.StartCPUProfile(f)
	}
}

func exitProfiled(code int) {
	pprof.StopCPUProfile()
	os.Exit(code)
}
`

// ProfileVariable names the file of the profile that a program built by
// [BuildProfiled] writes.
const ProfileVariable = "BENCH_CPU_PROFILE"

// BuildProfiled builds the program so that it writes a profile of its processor
// time. The product itself has no switch for that: the file that starts the
// profile, and the call that ends it, are laid over the source for this build.
func BuildProfiled(ctx context.Context, dir string) (exe string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("build lodge: %w", err)
	}
	source, err := filepath.Abs(filepath.Join("cmd", "lodge"))
	if err != nil {
		return "", fmt.Errorf("build lodge: %w", err)
	}
	main, err := os.ReadFile(filepath.Join(source, "main.go"))
	if err != nil {
		return "", fmt.Errorf("build lodge: %w", err)
	}
	ends := strings.ReplaceAll(string(main), "os.Exit(", "exitProfiled(")
	if ends == string(main) {
		return "", errors.New("build lodge: main.go does not call os.Exit: the profile would have no end")
	}
	files := map[string]string{"main.go": ends, "profiled.go": profiled}
	over := map[string]string{}
	for name, text := range files {
		over[filepath.Join(source, name)] = filepath.Join(dir, name)
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	list, listErr := json.Marshal(map[string]any{"Replace": over})
	overlay := filepath.Join(dir, "overlay.json")
	if err = errors.Join(err, listErr, os.WriteFile(overlay, list, 0o600)); err != nil {
		return "", fmt.Errorf("build lodge: %w", err)
	}
	return build(ctx, filepath.Join(dir, "bin", "lodge"), "-overlay", overlay)
}
