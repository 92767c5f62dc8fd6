// Package house holds no code: its tests keep those rules of the house that
// need more than one file to judge. The others are in .golangci.yml.
package house
