package audit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/evidence"
)

// attempts of the benchmark: those of a firm with 2,000 invoices a month, a year.
const attempts = 24_000

// library writes so many attempts of ten files each, as a store has them, but
// without waiting for the disk each time.
func library(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	chain := filepath.Join(dir, account, "=chain")
	if err := os.MkdirAll(chain, 0o700); err != nil {
		b.Fatal(err)
	}
	before, page := "", strings.Repeat("x", 8_000)
	for n := range attempts {
		l := evidence.Link{Format: 1, Account: account, N: int64(n + 1), Before: before, At: time.Unix(int64(n), 0), By: owner,
			Submission: fmt.Sprintf("s%d", n), Attempt: fmt.Sprintf("01A%d", n), Invoice: fmt.Sprint(n)}
		folder := filepath.Join(dir, filepath.FromSlash(l.Folder()))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			b.Fatal(err)
		}
		for i := range 10 {
			data := []byte(fmt.Sprint(n, i, page))
			sum := sha256.Sum256(data)
			l.Files = append(l.Files, evidence.File{Name: fmt.Sprintf("f%d.txt", i), SHA: hex.EncodeToString(sum[:]), Size: int64(len(data))})
			if err := os.WriteFile(filepath.Join(folder, l.Files[i].Name), data, 0o600); err != nil {
				b.Fatal(err)
			}
		}
		text, err := json.MarshalIndent(l, "", "  ")
		if err != nil {
			b.Fatal(err)
		}
		text = append(text, '\n')
		sum := sha256.Sum256(text)
		before = hex.EncodeToString(sum[:])
		if err := os.WriteFile(filepath.Join(chain, fmt.Sprintf("%08d.json", n+1)), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkVerify proves a year of one account's evidence: 240,000 files.
func BenchmarkVerify(b *testing.B) {
	store, err := evidence.OpenCopy(library(b))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	before := cpu(b)
	for b.Loop() {
		chain, err := audit.Audit{Store: store, Tell: func(f audit.Fault) { b.Errorf("%+v", f) }}.Account(b.Context(), account)
		if err != nil || chain.Files != 10*attempts {
			b.Fatalf("%+v, %v", chain, err)
		}
	}
	b.ReportMetric(10*attempts*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "cpu-s/op")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB-system")
}
