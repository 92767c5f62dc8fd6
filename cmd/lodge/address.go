package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// addressName is the file in a portal's folder with the address that it last
// had, so that a lodge.yaml that names it stays right.
const addressName = "address"

func lastAddress(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, addressName))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func keepAddress(dir, portal string) error {
	u, err := url.Parse(portal)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, addressName), []byte(u.Host+"\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the portal's address: %w", err)
	}
	return nil
}
