// Package sample makes invoices as law firms send them to insurance carriers, for tests and
// demonstrations: the firms, the carriers, the people and the cases do not exist. It imports
// the standard library and package ledes only.
//
// What a [Generator] makes follows from its seed and its [Options] alone: the same bytes on
// every machine, and the nth invoice however many are made. In another month the same seed
// has the same cases, with other work in them. Sums are right, codes are those of UTBMS, and
// [ledes.Check] finds nothing in it.
package sample
