package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// who is how intake signs what it registers.
const who = "intake"

// errChanging means that a file changed while it was read.
var errChanging = errors.New("it changed while it was read")

// A file is one file of an account's folder during a scan.
type file struct {
	*scan
	place   place
	dir     *os.Root
	carrier carriers.Carrier
	info    fs.FileInfo // as listed
}

// take does with the file what is due. Its error is one that ends the scan.
func (f *file) take(ctx context.Context) (Result, error) {
	now := f.options.Clock.Now()
	stamp := stampOf(f.info)
	if !f.info.Mode().IsRegular() {
		return f.left(carriers.Biller, fmt.Errorf("it is not a file but a %s, which is not followed", kindOf(f.info))), nil
	}
	if f.info.ModTime().Before(f.options.Watermark) && !f.adopted[adoption{f.place, stamp.version()}] {
		return f.result(Old), nil
	}
	if until := f.index.settles(f.place, stamp, now, f.options.Settle); until.After(now) {
		return f.waiting(until), nil
	}
	if f.index.fresh(f.place, stamp, now) {
		return f.result(Unchanged), nil
	}
	read, err := f.read()
	switch {
	case errors.Is(err, errChanging):
		return f.waiting(now.Add(f.options.Settle)), nil
	case err != nil:
		return f.left(carriers.Operator, fmt.Errorf("read it: %w", err)), nil
	}
	result, err := f.register(ctx, read)
	if err != nil {
		return f.left(acts(err), err), fatal(ctx, err)
	}
	f.index.took(f.place, stamp, read.SHA, result.Status, now)
	return result, nil
}

// fatal returns err if no other file can be registered either.
func fatal(ctx context.Context, err error) error {
	if errors.Is(err, ledger.ErrBusy) || errors.Is(err, ledger.ErrNewer) {
		return err
	}
	return ctx.Err()
}

func (f *file) result(s Status) Result {
	return Result{Account: f.place.Account, File: f.place.File, Status: s}
}

func (f *file) waiting(until time.Time) Result {
	r := f.result(Waiting)
	r.Until = until
	return r
}

func (f *file) left(needs carriers.Person, err error) Result {
	r := f.result(Left)
	r.Needs, r.Err = needs, err
	return r
}

// kindOf names what is no regular file.
func kindOf(info fs.FileInfo) string {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	default:
		return "device or socket"
	}
}

// read reads the file once. It is the file that was listed, or errChanging.
func (f *file) read() (*ledes.File, error) {
	// A pipe put in the file's place must not make the opening wait.
	in, err := f.dir.OpenFile(f.info.Name(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errChanging
	}
	if err != nil {
		return nil, withoutPath(err)
	}
	defer in.Close()
	opened, err := in.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if !os.SameFile(opened, f.info) { // a pipe with a writer would make the reading wait, too
		return nil, errChanging
	}
	read, err := ledes.Read(in, f.carrier.Profile)
	if err != nil {
		return nil, withoutPath(err)
	}
	after, err := in.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if stampOf(after) != stampOf(f.info) {
		return nil, errChanging
	}
	return read, nil
}

// withoutPath drops a path from an error: it holds the file's raw name.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// register registers what was read: each invoice, or the file with the reasons
// why it is not fit.
func (f *file) register(ctx context.Context, read *ledes.File) (Result, error) {
	findings := read.Findings
	if read.Verdict() != ledes.Rejected && !slices.Contains(f.carrier.Accepts, read.Format) {
		findings = append([]ledes.Finding{f.unwanted(read.Format)}, findings...)
	}
	if slices.ContainsFunc(findings, func(x ledes.Finding) bool { return x.Severity == ledes.Reject }) {
		return f.quarantine(ctx, read, findings)
	}
	return f.inOrder(read, func() (Result, error) { return f.registerAll(ctx, read, findings) })
}

// registerAll registers each invoice of a file that is fit to be filed. All copies
// are made before anything is registered.
func (f *file) registerAll(ctx context.Context, read *ledes.File, findings []ledes.Finding) (Result, error) {
	parts := read.Split()
	paths := make([]string, len(parts))
	for i, part := range parts {
		var err error
		if paths[i], err = f.stage.put(part); err != nil {
			return Result{}, fmt.Errorf("copy invoice %s for filing; nothing of the file is registered: %w", read.Invoices[i].Number, err)
		}
	}
	result := f.result(Taken)
	result.Verdict, result.Findings = read.Verdict(), findings
	for i, part := range parts {
		invoice, err := f.registerInvoice(ctx, read, i, part, paths[i])
		if err != nil {
			return Result{}, err
		}
		result.Invoices = append(result.Invoices, invoice)
	}
	return result, nil
}

// unwanted is the finding for a format that the carrier does not take.
func (f *file) unwanted(format ledes.Format) ledes.Finding {
	return ledes.Finding{
		Severity: ledes.Reject, Code: CodeNotAccepted, Line: 1,
		Message: fmt.Sprintf("the file is %s, which %s does not take; it takes %v", format, f.carrier.Title, f.carrier.Accepts),
	}
}

// CodeNotAccepted is the code of the finding that the carrier does not take the
// file's format; all other codes are those of package ledes.
const CodeNotAccepted = "format-not-accepted"

// quarantine registers the file as a whole.
func (f *file) quarantine(ctx context.Context, read *ledes.File, findings []ledes.Finding) (Result, error) {
	first := findings[slices.IndexFunc(findings, func(x ledes.Finding) bool { return x.Severity == ledes.Reject })]
	key := submission.Key{Account: f.place.Account, Object: f.place.File}
	rev := submission.Revision{
		State:    submission.Quarantined,
		Object:   submission.Object{Name: f.place.File, SHA: read.SHA, Canon: read.Canon, Size: read.Size},
		Format:   read.Format,
		Findings: findings,
		Why:      where(first) + first.Message,
		Needs:    carriers.Biller,
	}
	if _, err := f.options.Ledger.Register(ctx, f.carrier.Name, key, rev, who); err != nil {
		return Result{}, err
	}
	result := f.result(Quarantined)
	result.Verdict, result.Findings, result.Needs = ledes.Rejected, findings, carriers.Biller
	return result, nil
}

// where says on which line a finding is.
func where(x ledes.Finding) string {
	if x.Line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: ", x.Line)
}

// registerInvoice registers invoice n of the file.
func (f *file) registerInvoice(ctx context.Context, read *ledes.File, n int, part ledes.Part, path string) (Invoice, error) {
	inv := read.Invoices[n]
	rev := submission.Revision{
		State:        submission.Ready,
		Object:       submission.Object{Name: f.place.File, Path: path, SHA: part.SHA, Canon: part.Canon, Size: int64(len(part.Bytes))},
		Matter:       inv.Matter,
		ClientMatter: inv.ClientMatter,
		Date:         inv.Date,
		Total:        inv.Total,
		Format:       read.Format,
		Findings:     read.FindingsOf(n),
	}
	r, err := f.options.Ledger.Register(ctx, f.carrier.Name, f.key(inv), rev, who)
	if err != nil {
		return Invoice{}, fmt.Errorf("invoice %s: %w", inv.Number, err)
	}
	return Invoice{Number: inv.Number, Total: inv.Total, ID: r.Submission.ID, Row: r.Row, Became: became(r)}, nil
}
