package page

import "fmt"

// Locatable is what names an element: a CSS selector, or a [Locator].
type Locatable interface{ string | Locator }

// A Locator names one element by what a person or a test would go by. It is
// strict: where two visible elements match, the step fails and names both. It
// reaches into open shadow trees and into frames of the same origin.
//
// Texts are compared whole, blanks folded; case does not matter. Exactly one of
// CSS, Role, Label, Text and TestID is set.
type Locator struct {
	CSS    string `json:"css,omitempty"`
	Role   string `json:"role,omitempty"`
	Name   string `json:"name,omitempty"` // with Role; "": any name
	Label  string `json:"label,omitempty"`
	Text   string `json:"text,omitempty"`
	TestID string `json:"testid,omitempty"`
}

// Label locates a field by the text of its label: a label element, aria-label
// or aria-labelledby. What forms put behind a label, as in "Matter: *", does
// not matter.
func Label(text string) Locator { return Locator{Label: text} }

// Role locates an element by its ARIA role and its accessible name, as a screen
// reader would tell them: Role("button", "Submit invoice").
func Role(role, name string) Locator { return Locator{Role: role, Name: name} }

// WithText locates the innermost element whose whole text is text.
func WithText(text string) Locator { return Locator{Text: text} }

// TestID locates an element by its attribute data-testid.
func TestID(id string) Locator { return Locator{TestID: id} }

// String is the locator as errors name it.
func (l Locator) String() string {
	switch {
	case l.Role != "" && l.Name == "":
		return "the " + l.Role
	case l.Role != "":
		return fmt.Sprintf("the %s %q", l.Role, l.Name)
	case l.Label != "":
		return fmt.Sprintf("the field labelled %q", l.Label)
	case l.Text != "":
		return fmt.Sprintf("the text %q", l.Text)
	case l.TestID != "":
		return fmt.Sprintf("test id %q", l.TestID)
	default:
		return fmt.Sprintf("%q", l.CSS)
	}
}

func locator[L Locatable](l L) Locator {
	switch l := any(l).(type) {
	case Locator:
		return l
	case string:
		return Locator{CSS: l}
	}
	panic("unreachable: Locatable has two types")
}
