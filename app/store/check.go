package store

import (
	"context"
	"database/sql"
)

// quickCheck has SQLite examine a file and returns what is wrong, one sentence each.
func quickCheck(ctx context.Context, db *sql.DB) ([]string, error) {
	lines, err := list(ctx, db, func(row scanner) (line string, err error) {
		err = row.Scan(&line)
		return line, err
	}, "PRAGMA quick_check(20)")
	if len(lines) == 1 && lines[0] == "ok" {
		lines = nil
	}
	return lines, err
}

// Check has SQLite examine the site's file, reads every row with a checksum and every column, and returns what is wrong, one
// sentence each: of each damaged day the first column, and what had to be taken out of the file before.
func (s *Site) Check(ctx context.Context) ([]string, error) {
	wrong, err := quickCheck(ctx, s.read)
	if err != nil {
		return wrong, err
	}
	rows, err := badSums(ctx, s.read)
	if err != nil {
		return wrong, err
	}
	for _, line := range rows {
		wrong = append(wrong, s.file()+": "+line)
	}
	for _, d := range s.lost {
		wrong = append(wrong, d.Error())
	}
	snap, err := s.Snapshot(ctx)
	if err != nil {
		return wrong, err
	}
	defer snap.Close()
	var b Block
	for i := range snap.Blocks() {
		if err := snap.Load(i, AllColumns, &b); err != nil {
			wrong = append(wrong, err.Error())
		}
		if err := ctx.Err(); err != nil {
			return wrong, err
		}
	}
	return wrong, nil
}
