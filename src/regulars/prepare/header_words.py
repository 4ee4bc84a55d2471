"""What shops call their columns: the usual headers of a few languages, by meaning.

A phrase is *strong* where it says what the column is, *weak* where it only may. *Never* words take a
header out of a meaning whatever else it says (a discount is not an amount).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

STRONG, WEAK = 2, 1


@dataclass(frozen=True)
class Words:
    strong: tuple[str, ...]
    weak: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def _listed(words: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in words.split(","))


ORDER_TOTALS = _listed(
    "order total, order value, order amount, total order, invoice total, basket total, basket value, "
    "cart total, grand total, bestellwert, bestellsumme, auftragswert, auftragssumme, "
    "rechnungsbetrag, rechnungssumme, warenkorbwert, total commande, montant commande, total pedido, importe pedido, totale ordine, "
    "ordertotaal, orderwaarde"
)
"""Headers of what a whole order is worth, whichever line they stand on."""

MEANINGS = {
    "customer": Words(
        _listed(
            "customer id, customer, customer no, customer number, customer code, cust id, client "
            "id, client, household id, household, member id, user id, buyer id, buyer, shopper "
            "id, account id, contact id, patron id, guest id, kunde, kunden nr, kundennr, "
            "kundennummer, kunden id, kundenid, id client, code client, numero client, cliente, "
            "id cliente, codigo cliente, codice cliente, klant, klant id, klantnummer, klient, "
            "kund, kundnummer"
        ),
        _listed(
            "email, e mail, user, member, account, contact, person id, visitor id, master id, "
            "loyalty id, card id, id"
        ),
        _listed(
            "name, country, city, type, segment, age, date, group, order, product, service, since, store"
        ),
    ),
    "time": Words(
        _listed(
            "date, time, datetime, timestamp, order date, invoice date, purchase date, "
            "transaction date, transaction timestamp, sale date, sales date, ordered at, created "
            "at, purchased at, order time, date time, datum, bestelldatum, rechnungsdatum, "
            "kaufdatum, auftragsdatum, zeitpunkt, fecha, fecha pedido, date commande, date achat, "
            "date facture, data, data ordine, data pedido, data compra, orderdatum, besteldatum, "
            "dato"
        ),
        _listed("day, created, at, when, zeit, hora, heure, jour, tag, stamp"),
        _listed(
            "birth, updated, update, modified, delivery, delivered, ship, shipped, due, "
            "geburtsdatum, lieferdatum, registered"
        ),
    ),
    "order": Words(
        _listed(
            "order id, order no, order number, order, orderid, invoice no, invoice id, invoice "
            "number, invoice, basket id, basket, receipt, receipt id, receipt no, bill no, "
            "transaction id, transaction no, trans id, ticket, ticket id, cart id, bestellung, "
            "bestellnummer, bestell nr, auftrag, auftragsnummer, rechnung, rechnungsnummer, "
            "rechnungs nr, belegnummer, bon, commande, numero commande, facture, numero facture, "
            "pedido, numero pedido, factura, ordine, numero ordine, fattura, ordernummer, "
            "bestelling"
        ),
        _listed("transaction, purchase id, sale id, document, beleg"),
        _listed(
            "date, time, datum, status, line, value, total, amount, qty, quantity, count, type, "
            "source, channel"
        ),
    ),
    "quantity": Words(
        _listed(
            "quantity, qty, units, number of items, item count, menge, anzahl, stueck, stuck, "
            "quantite, qte, cantidad, quantita, quantidade, aantal, antal, ilosc"
        ),
        _listed("pieces, items, count, cds, volume"),
        _listed("price, value, amount"),
    ),
    "unit_price": Words(
        _listed(
            "unit price, price, unitprice, item price, price each, price per unit, einzelpreis, "
            "stueckpreis, preis, prix unitaire, prix, precio unitario, precio, prezzo unitario, "
            "prezzo, preco, prijs, pris, cena"
        ),
        _listed("unit cost, rate"),
        _listed("total, line, discount"),
    ),
    "amount": Words(
        _listed(
            "amount, total, line total, total price, total amount, sales value, dollar value, "
            "sales amount, revenue, spend, net amount, gross amount, "
            "line amount, price total, betrag, umsatz, gesamt, gesamtpreis, gesamtbetrag, summe, "
            "montant, montant total, importe, importe total, importo, totale, valor, valor total, "
            "bedrag, totaal, belopp, kwota"
        ),
        _listed("value, sales, net, gross, paid, payment value, payment") + ORDER_TOTALS,
        _listed(
            "disc, discount, tax, vat, shipping, freight, quantity, qty, cost, rabatt, items, type, method"
        ),
    ),
    "product": Words(
        _listed(
            "stock code, stockcode, sku, product id, product code, product no, product number, "
            "item id, item code, item no, item number, article, article no, article number, upc, "
            "ean, gtin, asin, artikelnummer, artikel nr, artikelnr, artikel, produkt id, "
            "produktnummer, reference, code article, codigo producto, id producto, codice "
            "prodotto, artikelcode, variant id, isbn"
        ),
        _listed("product, item, produkt, produit, producto, prodotto, plu"),
        _listed("name, description, category, type, price, quantity, count, group"),
    ),
    "product_name": Words(
        _listed(
            "description, product name, item name, product title, product description, item "
            "description, bezeichnung, produktname, artikelbezeichnung, beschreibung, "
            "designation, libelle, nom produit, descripcion, nombre producto, descrizione, "
            "descricao, omschrijving"
        ),
        _listed("title, product, item, name"),
        _listed("customer, client, first, last, user, store, campaign, category, id, code, no"),
    ),
    "category": Words(
        _listed(
            "category, product category, product type, department, product group, kategorie, "
            "warengruppe, produktgruppe, categorie, rayon, categoria, reparto, categorie produit, "
            "product class, product line, aisle"
        ),
        _listed("section, class, family, type, group"),
        _listed("customer, payment, order, age, id, channel, user, income"),
    ),
    "promotion": Words(
        _listed(
            "coupon, coupon code, promo, promo code, promotion, promotion code, voucher, voucher "
            "code, discount code, gutschein, gutscheincode, aktionscode, code promo, cupon, "
            "codigo promocional, buono, kortingscode"
        ),
        _listed("campaign, offer, aktion"),
        _listed("disc, discount amount, amount, value"),
    ),
    "consent": Words(
        _listed(
            "consent, marketing consent, opt in, optin, email opt in, marketing opt in, "
            "newsletter, einwilligung, accepts marketing, subscribed, consentement, "
            "consentimiento, consenso, toestemming"
        ),
        _listed("gdpr, permission, mailable"),
        _listed("date, at, out"),
    ),
    "opt_out": Words(
        _listed(
            "opt out, optout, opted out, email opt out, marketing opt out, unsubscribe, "
            "unsubscribed, do not contact, do not email, abgemeldet, abmeldung, widerspruch, "
            "desinscrit, desabonne, baja, suppressed, suppression"
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


def strength(header: str, meaning: str) -> tuple[int, str]:
    """How strongly a header says that its column has the meaning (0 to 4), and the phrase that does.

    A header that is the phrase says more than one that only has it in it.
    """
    known, words = MEANINGS[meaning], words_of(header)
    if any(_has(words, tuple(never.split())) for never in known.never):
        return 0, ""
    best = (0, "")
    for weight, phrases in ((STRONG, known.strong), (WEAK, known.weak)):
        for phrase in phrases:
            parts = tuple(phrase.split())
            if words == parts or "".join(words) == "".join(parts):
                best = max(best, (weight * 2, phrase))
            elif _has(words, parts):
                best = max(best, (weight * 2 - 1, phrase))
    return best


def says_order_total(header: str) -> bool:
    """Whether the header says that the amount is a whole order's."""
    words = words_of(header)
    return any(_has(words, tuple(phrase.split())) for phrase in ORDER_TOTALS)


def _has(words: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return any(words[at : at + len(parts)] == parts for at in range(len(words) - len(parts) + 1))
