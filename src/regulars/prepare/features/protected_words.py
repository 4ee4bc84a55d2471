"""Headers that name a protected attribute or an obvious proxy for one, in the languages that init reads.

People must not be told apart by these unless somebody says why. Names are a first sieve, not the law: the
settings can protect any other attribute, and say of one that is caught here why it is none.
"""

from __future__ import annotations

from regulars.prepare.proposing.header_words import listed, says

ATTRIBUTES = {
    "age": "it says a person's age",
    "sex": "it says a person's sex or gender",
    "form_of_address": "a form of address stands for sex or marital status",
    "name": "a name stands for sex and ethnicity",
    "religion": "it says a person's religion or belief",
    "ethnicity": "it says a person's ethnicity or origin",
    "nationality": "it says a person's nationality",
    "language": "a language stands for origin",
    "health": "it says something of a person's health",
    "marital_status": "it says a person's marital status",
    "sexual_orientation": "it says a person's sexual orientation",
    "household": "it says who lives in a household",
    "residence": "where people live stands for ethnicity and income",
    "union": "it says whether a person is in a union",
}
"""What people must not be told apart by, and why: the one list, for features and for words about segments."""
WORDS = {
    "age": listed(
        "age, ages, age group, age band, age range, age bracket, birth, birthday, birthdate, dob, born, "
        "generation, alter, altersgruppe, geburtsdatum, geburtstag, geburtsjahr, jahrgang, edad, nacimiento, "
        "fecha nacimiento, age client, naissance, eta, nascita, leeftijd, geboortedatum, geboortejaar, "
        "idade, nascimento, wiek, data urodzenia, senior, seniors"
    ),
    "sex": listed(
        "sex, gender, male, female, geschlecht, sexe, genre, genero, sexo, sesso, genere, geslacht, plec, "
        "pronoun, pronouns, transgender"
    ),
    "form_of_address": listed(
        "title, salutation, honorific, anrede, titel, civilite, tratamiento, titolo, aanhef, mr mrs"
    ),
    "name": listed(
        "name, first name, last name, surname, forename, given name, family name, middle name, full name, "
        "firstname, lastname, vorname, nachname, familienname, prenom, nom, nombre, apellido, apellidos, "
        "nome, cognome, sobrenome, voornaam, achternaam, naam, imie, nazwisko"
    ),
    "religion": listed(
        "religion, religious, faith, belief, church, denomination, konfession, glaube, kirche, culte, "
        "confession, religione, religiao, geloof, religia, political, politics, party affiliation, partei"
    ),
    "ethnicity": listed(
        "ethnicity, ethnic, ethnic group, race, racial, skin, skin color, skin colour, caste, ancestry, "
        "tribe, country of origin, birth country, birthplace, place of birth, geburtsort, geburtsland, "
        "ethnie, herkunft, hautfarbe, etnia, raza, raca, razza, etniciteit, migration background, "
        "migrationshintergrund, immigrant, immigration"
    ),
    "nationality": listed(
        "nationality, citizenship, citizen, passport, staatsangehoerigkeit, staatsbuergerschaft, "
        "nationalitaet, nationalite, nacionalidad, nacionalidade, nazionalita, cittadinanza, nationaliteit, "
        "obywatelstwo"
    ),
    "language": listed(
        "language, languages, mother tongue, locale, sprache, muttersprache, langue, idioma, lingua, taal, "
        "jezyk"
    ),
    "health": listed(
        "disability, disabled, handicap, handicapped, impairment, wheelchair, health, diagnosis, illness, "
        "disease, medical, medication, bmi, pregnant, pregnancy, maternity, behinderung, schwerbehindert, "
        "gesundheit, krankheit, diagnose, schwanger, schwangerschaft, sante, handicape, maladie, enceinte, "
        "grossesse, salud, discapacidad, enfermedad, embarazo, embarazada, salute, disabilita, malattia, "
        "gravidanza, saude, deficiencia, gezondheid, zwanger, zwangerschap, zdrowie"
    ),
    "marital_status": listed(
        "marital, marital status, married, civil status, divorced, widowed, spouse, familienstand, "
        "verheiratet, etat civil, situation familiale, estado civil, stato civile, burgerlijke staat, "
        "stan cywilny"
    ),
    "sexual_orientation": listed(
        "sexual orientation, orientation sexuelle, sexuelle orientierung, orientacion sexual, "
        "orientamento sessuale, lgbt, lgbtq, same sex partner"
    ),
    "household": listed(
        "kids, kid, kids count, child, children, number of children, dependents, parent, parents, "
        "household size, household comp, household composition, household type, family size, family status, "
        "kinder, kinderzahl, anzahl kinder, haushaltsgroesse, enfants, nombre enfants, hijos, figli, filhos, "
        "kinderen, dzieci"
    ),
    "residence": listed(
        "postcode, post code, postal code, postalcode, zip, zipcode, zip code, plz, postleitzahl, "
        "code postal, codigo postal, codice postale, cep, kod pocztowy, address, street, strasse, adresse, "
        "direccion, indirizzo, adres, neighborhood, neighbourhood, census tract, census block"
    ),
    "union": listed(
        "union member, trade union, labour union, labor union, gewerkschaft, syndicat, sindicato, sindacato"
    ),
}
"""The headers that say so, by attribute."""
NEVER = listed(
    "account age, membership age, age of account, age days, company name, firm name, business name, "
    "store name, shop name, segment name, plan name, product name, campaign name, brand name, "
    "birth of account, device language, programming language, parent company, parent account, race event, "
    "job title, account title, music genre, film genre, book genre, top genre, favourite genre, "
    "favorite genre"
)
"""Headers that hold such a word and mean something else."""


def protected(*headers: str) -> str:
    """Why an attribute with these headers (its column, its name, its label) is protected; empty if none.

    >>> protected("age_group"), protected("Postleitzahl"), protected("account_age"), protected("page_views")
    ("it says a person's age", 'where people live stands for ethnicity and income', '', '')
    """
    asked = [header for header in headers if not says(header, NEVER)]
    named = (key for key, words in WORDS.items() if any(says(header, words) for header in asked))
    return next((ATTRIBUTES[key] for key in named), "")
