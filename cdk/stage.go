package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

// A stage is one lodge.yaml that is to be deployed.
type stage struct {
	config.Config
	text  string // of lodge.yaml, as the programs get it
	known []carriers.Carrier
}

// mostText bounds lodge.yaml, in bytes: a task definition, which holds it, has at most
// 64 KiB (ECS, "Amazon ECS service quotas").
const mostText = 48 << 10

// readStage reads the lodge.yaml at path, and says what would keep the programs from
// running in AWS before anything is deployed.
func readStage(path string, known []carriers.Carrier) (stage, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return stage{}, fmt.Errorf("%w: the operator names lodge.yaml with -c config=PATH or in LODGE_CONFIG", err)
	}
	nothing := func(string) (string, bool) { return "", false } // what is deployed follows from lodge.yaml alone
	c, err := config.Read(path, known, nothing)
	if err != nil {
		return stage{}, err
	}
	s := stage{Config: c, text: string(text), known: known}
	return s, s.check()
}

func (s stage) check() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s cannot be deployed; the operator corrects: "+format, append([]any{s.Path}, args...)...))
	}
	if s.AWS == nil {
		wrong("it has no section \"aws\"")
		return errors.Join(errs...)
	}
	if len(s.Accounts) == 0 {
		wrong("it has no accounts")
	}
	if !s.Browser.AllowUnsandboxed {
		wrong("browser.allow_unsandboxed is true on Fargate, which has nothing to make Chromium's sandbox of")
	}
	if s.State != filepath.Join(filepath.Dir(s.Path), "state") {
		wrong("state is left out, since the image says where its scratch folder is")
	}
	if s.Browser.Path != "" {
		wrong("browser.path is left out, since the image says where its Chromium is")
	}
	if s.Grace >= stopSeconds*1e9 {
		wrong("grace is less than the %d seconds after which Fargate ends a task by force", stopSeconds)
	}
	if len(s.text) > mostText {
		wrong("it has %d bytes, and a task definition holds %d of it", len(s.text), mostText)
	}
	if strings.Contains(s.text, "{{resolve:") {
		wrong("CloudFormation would take \"{{resolve:\" for its own")
	}
	return errors.Join(errs...)
}

// zip makes the folder that becomes the trigger's zip, below another: its program and
// lodge.yaml.
func (s stage) zip(below, program string) (folder string, err error) {
	code, err := os.ReadFile(program)
	if err != nil {
		return "", fmt.Errorf("%w: the operator types: make synth, which builds it, or names it with -c trigger=PATH", err)
	}
	folder = filepath.Join(below, s.Stage)
	return folder, errors.Join(
		os.Mkdir(folder, 0o700),
		os.WriteFile(filepath.Join(folder, "bootstrap"), code, 0o755),            //nolint:gosec // Lambda starts it as another user
		os.WriteFile(filepath.Join(folder, "lodge.yaml"), []byte(s.text), 0o644), //nolint:gosec // and that user reads it
	)
}

// carrier returns the carrier of an account, which config.Read has seen to be known.
func (s stage) carrier(a config.Account) carriers.Carrier {
	c, _ := carriers.Named(s.known, a.Carrier)
	return c
}

// production says whether what the stage holds must outlast it.
func (s stage) production() bool { return s.Stage == config.Production }

// ports are the TCP ports that tasks talk to: HTTPS, and what portals and the
// collector of telemetry use besides. Names need none: security groups let what
// Amazon's own resolver answers pass (Amazon VPC User Guide, "Control traffic to your
// AWS resources using security groups").
func (s stage) ports() []int {
	ports := []int{443}
	addresses := []string{s.Telemetry, s.Sentry}
	for _, a := range s.Accounts {
		if a.Loopback {
			continue
		}
		addresses = append(addresses, a.Portal)
		for _, host := range s.carrier(a).Hosts {
			addresses = append(addresses, "https://"+host)
		}
	}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			continue // config.Read has judged what is written; a declaration of hosts may hold patterns
		}
		if port, err := strconv.Atoi(u.Port()); err == nil {
			ports = append(ports, port)
		} else if u.Scheme == "http" {
			ports = append(ports, 80)
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}
