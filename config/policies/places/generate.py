#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes countries.csv, regions.csv and phones.csv.

    pip install phonenumbers && python3 generate.py [--date YYYY-MM-DD]

Reads: the tables of the Python package `phonenumbers` (libphonenumber's published data, Apache-2.0: time zones and
place names by prefix), the time zone database of this machine (`zone.tab`, `iso3166.tab`, public domain), and
`regions.py` beside this file (ISO 3166-2 codes, written by hand and dated there).

Numbers move with people, so a prefix is never taken more closely than an area: in North America all zones of an area
code count, and outside of it only prefixes whose numbers are all bound to a place; mobile ranges are the whole country.
The result depends on nothing but those tables: running it twice gives the same bytes.
"""

import argparse
import datetime
import random
import zoneinfo
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

import regions as known

HERE = Path(__file__).resolve().parent
ZONEINFO = Path("/usr/share/zoneinfo")

# --- the time zone database


def zone_tables():
    """Zones by country, and links to the names that zone.tab uses."""
    zones, links = {}, {}
    for line in (ZONEINFO / "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    for line in (ZONEINFO / "tzdata.zi").read_text().splitlines():
        if line.startswith("L "):
            _, target, alias = line.split(" ")
            links[alias] = target
    return zones, links


ZONES, LINKS = zone_tables()
NAMED = {zone for zones in ZONES.values() for zone in zones}


def clock(zone, memory={}):
    """Two zones with the same clock keep the same time for the next years."""
    if zone not in memory:
        info = zoneinfo.ZoneInfo(zone)
        start = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
        memory[zone] = hash(
            tuple((start + datetime.timedelta(hours=6 * n)).astimezone(info).utcoffset() for n in range(4 * 365 * 3)))
    return memory[zone]


def clocks(zones):
    return {clock(zone) for zone in zones}


def one_each(zones):
    """One name for each clock, the first that is given."""
    seen, kept = set(), []
    for zone in zones:
        if clock(zone) not in seen:
            seen.add(clock(zone))
            kept.append(zone)
    return kept


def canonical(zone, country):
    """libphonenumber's name as zone.tab has it, in that country where it has the same clock."""
    zone = known.WRONG_ZONES.get((country, zone), zone)
    zone = zone if zone in NAMED else LINKS.get(zone, zone)
    own = ZONES.get(country, [])
    return zone if zone in own else next((other for other in own if clock(other) == clock(zone)), zone)


# --- what numbers lie under a prefix


def sample(code, national, count=400):
    """(country, bound to a place?) of valid numbers under a prefix, by chance but always the same."""
    chance = random.Random(f"{code}-{national}")
    lengths = set()
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
        lengths |= set(PhoneMetadata.metadata_for_region(region).general_desc.possible_length)
    lengths = sorted(length for length in (lengths if code != 1 else {10}) if length > len(national))
    found = set()
    for _ in range(count if lengths else 0):
        length = chance.choice(lengths)
        digits = national + "".join(chance.choice("0123456789") for _ in range(length - len(national)))
        number = PhoneNumber(country_code=code, national_number=int(digits))
        if digits.startswith("0") or not phonenumbers.is_valid_number(number):
            continue
        country = phonenumbers.region_code_for_number(number)
        found.add((known.ISO.get(country, country), phonenumbers.is_number_geographical(number)))
    return found


# --- rows: prefix -> (countries, regions, zones)


def world_rows():
    rows = {}
    for code, countries in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        if code == 1 or countries == ("001",):
            continue
        countries = tuple(dict.fromkeys(known.ISO.get(country, country) for country in countries))
        rows[str(code)] = ([countries[0]], [], [])
        if code in known.AREA_CODES:
            for national, places in known.AREA_CODES[code].items():
                prefix = f"{code}{national}"
                zones = known.AREA_ZONES.get(prefix) or [zone for place in places for zone in known.zones_of(place)]
                rows[prefix] = ([countries[0]], places, zones)
            continue
        if len(countries) > 1:
            split(rows, code, "", set(countries))
        place_rows(rows, code)
    return rows


def split(rows, code, national, countries):
    """Rows for the prefixes that tell countries with one calling code apart, to five digits."""
    for digit in "0123456789":
        prefix = national + digit
        found = {country for country, _ in sample(code, prefix)}
        if not found:
            continue
        if len(found) == 1 or len(prefix) == 5:
            rows[f"{code}{prefix}"] = (sorted(found), [], [])
        else:
            rows[f"{code}{prefix}"] = (sorted(found), [], [])
            split(rows, code, prefix, found)


def place_rows(rows, code):
    """Prefixes that are bound to a place with other zones than the whole country's."""
    for prefix, zones in sorted(TIMEZONE_DATA.items()):
        national = prefix[len(str(code)):]
        if not prefix.startswith(str(code)) or not national or prefix.startswith(known.UNBOUND):
            continue
        found = sample(code, national)
        if not found or not all(bound for _, bound in found):
            continue
        countries = sorted({country for country, _ in found})
        rows[prefix] = (countries, [], sorted({canonical(zone, countries[0]) for zone in zones}))


def american_rows():
    """Country code 1: area codes whole, with every zone that any exchange in them keeps."""
    countries = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
    rows = {"1": (countries, [], [])}
    zones = {}
    for prefix, names in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= 4:
            zones.setdefault(prefix[:4], set()).update(names)
    for code in sorted(zones):
        found = sorted({country for country, _ in sample(1, code[1:])})
        if not found:
            continue
        places = american_regions(code[1:], found)
        listed = {canonical(zone, found[0]) for zone in zones[code]} | set(known.SPANS.get(code[1:], []))
        rows[code] = (found, places, sorted(listed))
    for group in known.OVERLAYS:
        together = sorted({zone for code in group for zone in rows[f"1{code}"][2]})
        for code in group:
            rows[f"1{code}"] = (*rows[f"1{code}"][:2], together)
    return rows


def american_regions(code, countries):
    if code in known.CITY_CODES:
        return known.CITY_CODES[code]
    name = GEOCODE_DATA.get(f"1{code}", {}).get("en")
    if not set(countries) & {"US", "CA"}:
        return []
    if name is None:
        raise SystemExit(f"area code {code}: no name; add it to CITY_CODES")
    places = known.places_named(name)
    if not places:
        raise SystemExit(f"area code {code}: unknown name {name}")
    return places


def finished(rows):
    """Without zones where they are those of the whole country; without rows that say what the shorter prefix says."""
    done = {}
    for prefix, (countries, places, zones) in sorted(rows.items()):
        whole = [zone for country in countries for zone in ZONES.get(country, [])]
        zones = [] if clocks(zones) == clocks(whole) else one_each(zones)
        row = (countries, places, zones)
        shorter = next((done[prefix[:n]] for n in range(len(prefix) - 1, 0, -1) if prefix[:n] in done), None)
        if row != shorter:
            done[prefix] = row
    return done


def write(name, head, lines):
    text = "".join(f"# {line}\n" for line in head) + "".join(f"{line}\n" for line in lines)
    (HERE / name).write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    date = parser.parse_args().date
    tz = (ZONEINFO / "tzdata.zi").read_text().splitlines()[0].removeprefix("# version ")
    made = ["SPDX-License-Identifier: Apache-2.0", "made by generate.py; do not edit", f"date: {date}"]

    rows = [line.split("\t") for line in (ZONEINFO / "iso3166.tab").read_text().splitlines() if line[0] != "#"]
    names = [f"{code},{name.replace(',', '')}" for code, name in rows] + ["XK,Kosovo"]
    write("countries.csv", made + [
        f"version: tz {tz}", "ISO 3166-1 from the time zone database, public domain; XK is no ISO code, but in use",
        "code,name"], names)

    lines = [f"{code},{name},{' '.join(zones)},{' '.join(aliases)}" for code, name, zones, aliases in known.table()]
    write("regions.csv", made[:2] + [f"date: {known.DATE}", "ISO 3166-2 as read on that day",
                                     "code,name,zones (empty: the country's),what else it is or was called"], lines)

    rows = finished({**world_rows(), **american_rows(), **known.MORE_PREFIXES})
    write("phones.csv", made + [
        f"version: phonenumbers {phonenumbers.__version__}",
        "libphonenumber's tables, Copyright The Libphonenumber Authors, Apache-2.0; corrected as in regions.py",
        "prefix,countries,regions,zones (empty: the countries')"],
        [f"{prefix},{' '.join(c)},{' '.join(r)},{' '.join(z)}" for prefix, (c, r, z) in sorted(rows.items())])


if __name__ == "__main__":
    main()
