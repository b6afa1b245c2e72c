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
	Kind      string       `json:"erased"`            // visitor, before, site or customer
	Data      store.Erased `json:"in_data"`           // in the data
	Copies    []store.Copy `json:"in_copies"`         // in each backup here that had something of it
	Elsewhere time.Time    `json:"copies_until"`      // copies that left this machine are to be gone by then
	Together  int          `json:"together,omitzero"` // visitors who were erased in one pass, if several: texts, searches and copies are of all of them
	Link      string       `json:"link"`              // of the chain of receipts, SHA-256 in hex
}

// body is what of a receipt is kept beside its number.
type body struct {
	Kind      string       `json:"erased"`
	Data      store.Erased `json:"in_data"`
	Copies    []store.Copy `json:"in_copies"`
	Elsewhere time.Time    `json:"copies_until"`
	Together  int          `json:"together,omitzero"`
}

// receipts writes those of what was carried out in one, and returns the last: one for each number that somebody waits for, and one of a new number
// for wishes that nobody waits for, if something was there. Where it is several visitors, what each had was counted when it was asked for.
func (p *Service) receipts(ctx context.Context, stones []store.Tombstone, data store.Erased, copies []store.Copy) (r Receipt, err error) {
	last, together := stones[len(stones)-1], 0
	if last.Kind == store.EraseVisitor && len(stones) > 1 {
		together = len(stones)
	}
	rest, nobodys := data, false
	for _, t := range stones {
		of := data
		switch {
		case t.Receipt == "":
			nobodys = true
			continue
		case together > 0:
			of = of.Less(of).AtLeast(t.Counted)
			rest = rest.Less(t.Counted)
		case t.ID != last.ID: // a site that goes with its customer
			continue
		default:
			of = of.AtLeast(t.Counted)
		}
		if r, err = p.receipt(ctx, t.Receipt, t.Site, body{Kind: t.Kind, Data: of, Copies: copies, Together: together}); err != nil {
			return r, err
		}
	}
	if nobodys && (rest.Visits > 0 || rest.Keys > 0) {
		r, err = p.receipt(ctx, store.NewReceiptNumber(), last.Site, body{Kind: last.Kind, Data: rest, Copies: copies, Together: together})
	}
	return r, err
}

// receipt writes one, with the date by which copies elsewhere are to be gone.
func (p *Service) receipt(ctx context.Context, number, site string, b body) (Receipt, error) {
	if r, err := p.store.Control().Receipt(ctx, number); err == nil {
		return read(r) // it was written before the end of the program
	}
	now := time.Now().UTC().Truncate(time.Second)
	b.Elsewhere = now.Add(CopiesLive).Truncate(24 * time.Hour)
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
	return Receipt{r.Number, r.Made, b.Kind, b.Data, b.Copies, b.Elsewhere, b.Together, hex.EncodeToString(r.Link)}, nil
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
