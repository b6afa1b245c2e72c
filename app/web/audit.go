package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// auditRoutes are the audit log. Who may see which entries is account's to say.
var auditRoutes = []route{
	{"GET /audit", signedIn, (*Server).audit},
}

// Bounds of the audit log's answers.
const (
	auditRows     = 100     // of a page
	auditFileRows = 100_000 // of a file
)

// audit shows what people did, the newest first: from=N goes on with the entries before the one with that number, format=csv and
// format=json are all of it as a file.
func (s *Server) audit(w http.ResponseWriter, c *call) error {
	values := c.URL.Query()
	before := int64(0)
	if text := values.Get("from"); text != "" {
		var err error
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return problem.BadField("from", "bad_from", "There is no such page of the audit log.").WithHint("Go back to the first one.")
		}
	}
	format := values.Get("format")
	limit := auditFileRows
	if format == "" {
		limit = auditRows + 1
	}
	rows, err := s.Accounts.Audit(c.Context(), c.who, before, limit)
	if err != nil {
		return err
	}
	switch format {
	case "":
	case "csv":
		return s.auditCSV(w, c, rows)
	case "json":
		w.Header().Set("Content-Disposition", `attachment; filename="sandprint-audit.json"`)
		return s.json(w, c, http.StatusOK, map[string]any{"entries": rows})
	default:
		return problem.BadField("format", "bad_format", "There is no such format.").WithHint("The formats are json and csv.")
	}
	page := views.AuditPage{Page: c.page("Audit log"), Rows: rows, First: before == 0, All: c.who.Operator()}
	if len(rows) > auditRows {
		page.Rows = rows[:auditRows]
		page.Next = page.Rows[auditRows-1].ID
	}
	return s.html(w, c, http.StatusOK, views.Audit(page))
}

func (s *Server) auditCSV(w http.ResponseWriter, c *call, rows []account.AuditRow) error {
	var b bytes.Buffer
	file := csv.NewWriter(&b)
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	if err := file.Write([]string{"number", "at", "actor", "actor_email", "customer", "action", "object", "object_name", "result"}); err != nil {
		return err
	}
	for _, r := range rows {
		if err := file.Write([]string{number(r.ID), r.At.Format(time.RFC3339), number(r.Actor), report.CellText(r.ActorName), number(r.Customer), r.Action, number(r.Object), report.CellText(r.ObjectName), r.Result}); err != nil {
			return err
		}
	}
	if file.Flush(); file.Error() != nil {
		return file.Error()
	}
	w.Header().Set("Content-Disposition", `attachment; filename="sandprint-audit.csv"`)
	return s.send(w, c, http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
