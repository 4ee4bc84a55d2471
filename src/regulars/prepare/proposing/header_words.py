"""What shops call their columns: the usual headers of a few languages, by meaning.

A phrase is *strong* where it says what the column is, *weak* where it only may. *Never* words take a
header out of a meaning whatever else it says (a discount is not an amount).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

STRONG, WEAK, FAINT = 4, 2, 1


@dataclass(frozen=True)
class Words:
    strong: tuple[str, ...]
    weak: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    faint: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    """Ends of compounds that say as much as a strong phrase: *Werbewiderspruch*."""


def listed(words: str) -> tuple[str, ...]:
    """Phrases that stand in one text, parted by commas."""
    return tuple(each.strip() for each in words.split(","))


ORDER_TOTALS = listed(
    "order total, order value, order amount, total order, invoice total, basket total, basket value, "
    "cart total, grand total, bestellwert, bestellsumme, auftragswert, auftragssumme, "
    "rechnungsbetrag, rechnungssumme, warenkorbwert, total commande, montant commande, total pedido, "
    "importe pedido, totale ordine, "
    "ordertotaal, orderwaarde"
)
"""Headers of what a whole order is worth, whichever line they stand on."""

OPT_OUTS = listed(
    "opt out, optout, opted out, unsubscribe, unsubscribed, unsubscribes, do not contact, do not email, "
    "do not mail, do not call, do not market, dont contact, donotcontact, no marketing, no contact, "
    "no email, no mail, no newsletter, dnc, abgemeldet, abmeldung, widerspruch, widersprochen, werbesperre, "
    "keine werbung, kein newsletter, suppressed, suppression, suppress, desinscrit, desinscription, "
    "desabonne, desabonnement, ne pas contacter, opposition, baja, dado de baja, no contactar, "
    "no molestar, cancelado newsletter, afgemeld, uitgeschreven, niet mailen, niet benaderen, "
    "bel me niet, disiscritto, non contattare, revoca consenso, opposizione, withdrawn, "
    "consent withdrawn, robinson, robinsonliste"
)
"""Headers of those who do not want to hear from a shop."""

MEANINGS = {
    "customer": Words(
        listed(
            "customer id, customer, customer no, customer number, customer code, cust id, client "
            "id, client, household id, household, member id, user id, buyer id, buyer, shopper "
            "id, account id, contact id, patron id, guest id, kunde, kunden nr, kundennr, "
            "kundennummer, kunden id, kundenid, id client, code client, numero client, cliente, "
            "id cliente, codigo cliente, codice cliente, klant, klant id, klantnummer, klient, "
            "kund, kundnummer"
        ),
        listed(
            "email, e mail, user, member, account, contact, person id, visitor id, master id, "
            "loyalty id, card id"
        ),
        listed(
            "name, country, city, type, segment, age, date, group, order, product, service, since, store, "
            "note, accepts, phone, zip, street, contact allowed, do not"
        )
        + OPT_OUTS,
        listed("id"),
    ),
    "time": Words(
        listed(
            "date, time, datetime, timestamp, order date, invoice date, purchase date, "
            "transaction date, transaction timestamp, sale date, sales date, ordered at, created "
            "at, purchased at, order time, date time, datum, bestelldatum, rechnungsdatum, "
            "kaufdatum, auftragsdatum, zeitpunkt, fecha, fecha pedido, date commande, date achat, "
            "date facture, data, data ordine, data pedido, data compra, orderdatum, besteldatum, "
            "dato"
        ),
        listed("day, created, at, when, zeit, hora, heure, jour, tag, stamp"),
        listed(
            "birth, updated, update, modified, delivery, delivered, ship, shipped, due, "
            "geburtsdatum, lieferdatum, registered"
        ),
    ),
    "order": Words(
        listed(
            "order id, order no, order number, order, orderid, invoice no, invoice id, invoice "
            "number, invoice, basket id, basket, receipt, receipt id, receipt no, bill no, "
            "transaction id, transaction no, trans id, increment id, ticket, ticket id, cart id, bestellung, "
            "bestellnummer, bestell nr, auftrag, auftragsnummer, rechnung, rechnungsnummer, "
            "rechnungs nr, belegnummer, bon, commande, numero commande, facture, numero facture, "
            "pedido, numero pedido, factura, ordine, numero ordine, fattura, ordernummer, "
            "bestelling"
        ),
        listed("transaction, purchase id, sale id, document, beleg"),
        listed(
            "date, time, datum, status, line, value, total, amount, qty, quantity, count, type, "
            "source, channel"
        ),
    ),
    "quantity": Words(
        listed(
            "quantity, qty, units, number of items, item count, menge, anzahl, stueck, stuck, "
            "quantite, qte, cantidad, quantita, quantidade, aantal, antal, ilosc"
        ),
        listed("pieces, items, count, cds, volume"),
        listed("price, value, amount"),
    ),
    "unit_price": Words(
        listed(
            "unit price, price, unitprice, item price, price each, price per unit, einzelpreis, "
            "stueckpreis, preis, prix unitaire, prix, precio unitario, precio, prezzo unitario, "
            "prezzo, preco, prijs, pris, cena"
        ),
        listed("unit cost, item cost, rate"),
        listed("total, line, discount, compare"),
    ),
    "amount": Words(
        listed(
            "amount, total, line total, total price, total amount, sales value, dollar value, "
            "sales amount, revenue, spend, net amount, gross amount, "
            "line amount, price total, betrag, umsatz, gesamt, gesamtpreis, gesamtbetrag, summe, "
            "montant, montant total, importe, importe total, importo, totale, valor, valor total, "
            "bedrag, totaal, belopp, kwota"
        ),
        listed("value, sales, net, gross, paid, payment value, payment") + ORDER_TOTALS,
        listed(
            "disc, discount, tax, vat, shipping, freight, quantity, qty, cost, rabatt, items, type, "
            "method, refund, refunded, refunds, outstanding, tip"
        ),
    ),
    "product": Words(
        listed(
            "stock code, stockcode, sku, product id, product code, product no, product number, "
            "item id, item code, item no, item number, article, article no, article number, upc, "
            "ean, gtin, asin, artikelnummer, artikel nr, artikelnr, artikel, produkt id, "
            "produktnummer, reference, code article, codigo producto, id producto, codice "
            "prodotto, artikelcode, variant id, isbn"
        ),
        listed("lineitem sku, product, item, produkt, produit, producto, prodotto, plu"),
        listed("name, description, category, type, price, quantity, count, group, payment"),
    ),
    "product_name": Words(
        listed(
            "description, product name, lineitem name, article name, nombre articulo, "
            "artikelname, nom article, nome prodotto, productnaam, item name, product title, "
            "product description, item description, bezeichnung, produktname, artikelbezeichnung, "
            "beschreibung, designation, libelle, nom produit, descripcion, nombre producto, descrizione, "
            "descricao, omschrijving"
        ),
        listed("product, item, article"),
        listed("customer, client, first, last, user, store, campaign, category, id, code, no"),
    ),
    "category": Words(
        listed(
            "category, product category, product type, department, product group, kategorie, "
            "warengruppe, produktgruppe, categorie, rayon, categoria, reparto, categorie produit, "
            "product class, product line, aisle"
        ),
        listed("section, class, family, type, group"),
        listed("customer, payment, order, age, id, channel, user, income"),
    ),
    "promotion": Words(
        listed(
            "coupon, coupon code, promo, promo code, promotion, promotion code, voucher, voucher "
            "code, discount code, gutschein, gutscheincode, aktionscode, code promo, cupon, "
            "codigo promocional, buono, kortingscode"
        ),
        listed("campaign, offer, aktion"),
        listed("disc, discount amount, amount, value"),
    ),
    "consent": Words(
        listed(
            "consent, marketing consent, opt in, optin, opted in, email opt in, marketing opt in, "
            "newsletter, mailing list, einwilligung, werbeeinwilligung, zustimmung, abonniert, "
            "accepts marketing, accepts email marketing, accepts sms marketing, marketing allowed, "
            "contact allowed, subscribed, consentement, inscrit newsletter, abonne, "
            "consentimiento, acepta publicidad, boletin, suscrito, consenso, iscritto, toestemming, "
            "nieuwsbrief, aangemeld"
        ),
        listed("gdpr, dsgvo, rgpd, permission, mailable, marketing, werbung erlaubt"),
        listed("date, at, out, campaign, channel, spend, cost, source, no, not") + OPT_OUTS,
        endings=listed("einwilligung, optin, consent"),
    ),
    "opt_out": Words(
        OPT_OUTS,
        listed("gesperrt, sperre, blocked, block, oppose, blacklist, blacklisted"),
        listed("reason, grund, link, url, token, id"),
        endings=listed(
            "widerspruch, widersprochen, werbesperre, mailsperre, kontaktsperre, abmeldung, abgemeldet, "
            "optout, unsubscribed"
        ),
    ),
}


def words_of(header: str) -> tuple[str, ...]:
    """The header's words: lower case, without accents; camelCase, digits and marks part them.

    >>> words_of("InvoiceNo"), words_of("Kunden-Nr."), words_of("CustomerID"), words_of("Quantité")
    (('invoice', 'no'), ('kunden', 'nr'), ('customer', 'id'), ('quantite',))
    """
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss"))
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", plain))


def folded(word: str) -> str:
    """The word with ae, oe and ue as a, o and u: so *Stückpreis* and *Stueckpreis* are one."""
    return re.sub("([aou])e", r"\1", word)


@cache
def _parts(phrase: str) -> tuple[str, ...]:
    return tuple(folded(word) for word in phrase.split())


def strength(header: str, meaning: str) -> tuple[int, str]:
    """How strongly a header says that its column has the meaning (0 to 8), and the phrase that does.

    A header that is the phrase says more than one that only has it in it.
    """
    known, words = MEANINGS[meaning], tuple(folded(word) for word in words_of(header))
    if any(_has(words, _parts(never)) for never in known.never):
        return 0, ""
    best = (0, "")
    for weight, phrases in ((STRONG, known.strong), (WEAK, known.weak), (FAINT, known.faint)):
        for phrase in phrases:
            parts = _parts(phrase)
            if words == parts or "".join(words) == "".join(parts):
                best = max(best, (weight * 2, phrase))
            elif _has(words, parts):
                best = max(best, (weight * 2 - 1, phrase))
    for ending in known.endings:
        if any(word.endswith(ending) for word in words):
            best = max(best, (STRONG * 2 - 1, ending))
    return best


def says_order_total(header: str) -> bool:
    """Whether the header says that the amount is a whole order's."""
    return says(header, ORDER_TOTALS)


def says(header: str, phrases: tuple[str, ...]) -> bool:
    """Whether the header has one of the phrases in it, whole words of it."""
    words = tuple(folded(word) for word in words_of(header))
    return any(_has(words, _parts(phrase)) for phrase in phrases)


def _has(words: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return any(words[at : at + len(parts)] == parts for at in range(len(words) - len(parts) + 1))
