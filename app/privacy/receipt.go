package privacy

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"sandprint/app/store"
)

// Receipt says what was erased and what the searches for it saw. It names nobody.
type Receipt struct {
	Number    string       `json:"receipt"` // random; what the person who asked keeps
	Made      time.Time    `json:"made"`
	Kind      string       `json:"erased"`       // visitor, before, site or customer
	Data      store.Erased `json:"in_data"`      // in the data
	Copies    []store.Copy `json:"in_copies"`    // in each backup here that had something of it
	Elsewhere time.Time    `json:"copies_until"` // copies that left this machine are to be gone by then
	Link      string       `json:"link"`         // of the chain of receipts, SHA-256 in hex
}

// body is what of a receipt is kept beside its number.
type body struct {
	Kind      string       `json:"erased"`
	Data      store.Erased `json:"in_data"`
	Copies    []store.Copy `json:"in_copies"`
	Elsewhere time.Time    `json:"copies_until"`
}

func (p *Service) receipt(ctx context.Context, number, kind, site string, data store.Erased, copies []store.Copy) (Receipt, error) {
	if r, err := p.store.Control().Receipt(ctx, number); err == nil {
		return read(r) // it was written before the end of the program
	}
	now := time.Now().UTC().Truncate(time.Second)
	b := body{kind, data, copies, now.Add(CopiesLive).Truncate(24 * time.Hour)}
	if b.Copies == nil {
		b.Copies = []store.Copy{}
	}
	text, err := json.Marshal(b)
	if err != nil {
		return Receipt{}, err
	}
	r, err := p.store.Control().AddReceipt(ctx, number, site, now, text)
	if err != nil {
		return Receipt{}, fmt.Errorf("it is erased, but the receipt can't be written: %w", err)
	}
	return read(r)
}

// read returns a receipt as it was given out.
func read(r store.Receipt) (Receipt, error) {
	var b body
	if err := json.Unmarshal(r.Body, &b); err != nil {
		return Receipt{}, fmt.Errorf("receipt %s: %w", r.Number, err)
	}
	return Receipt{r.Number, r.Made, b.Kind, b.Data, b.Copies, b.Elsewhere, hex.EncodeToString(r.Link)}, nil
}

// Receipts returns those of a site, the newest first.
func (p *Service) Receipts(ctx context.Context, site string) ([]Receipt, error) {
	rows, err := p.store.Control().Receipts(ctx, site)
	if err != nil {
		return nil, err
	}
	all := make([]Receipt, 0, len(rows))
	for _, row := range rows {
		r, err := read(row)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
