package ledger

import (
	"context"
	"slices"
	"strings"
)

// itemMark stands in the name of every item among those of accounts that is no
// account's, after the word that says what it is: "carrier:harbor@HOST". No
// account's name holds one (package config).
const itemMark = ":"

// noAccount says whether an item is of something else than an account, be it
// something that this program does not know.
func noAccount(a Account) bool { return strings.Contains(a.Name, itemMark) }

// Accounts returns every account's item, in the order of names.
func (l *Ledger) Accounts(ctx context.Context) ([]Account, error) {
	list, err := l.engine.Accounts(ctx)
	return slices.DeleteFunc(list, noAccount), err
}
