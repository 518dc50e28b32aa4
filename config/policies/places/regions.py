# SPDX-License-Identifier: Apache-2.0
"""Parts of countries by ISO 3166-2, with their zones; area codes that the published tables do not place.

Listed where zones or presets differ within a country. A region's zones are those that anybody in it keeps, also where
only a few villages do; names are those of the time zone database.
"""

DATE = "2026-11-21"

# country -> zones -> "CODE Name, ..."
PARTS = {
    "US": {
        "America/New_York": "CT Connecticut, DE Delaware, DC District of Columbia, GA Georgia, ME Maine, MD Maryland, "
        "MA Massachusetts, NH New Hampshire, NJ New Jersey, NY New York, NC North Carolina, OH Ohio, PA Pennsylvania, "
        "RI Rhode Island, SC South Carolina, VT Vermont, VA Virginia, WV West Virginia",
        "America/New_York America/Chicago": "FL Florida, TN Tennessee",
        "America/Indiana/Indianapolis America/Chicago": "IN Indiana",
        "America/Kentucky/Louisville America/Chicago": "KY Kentucky",
        "America/Detroit America/Chicago": "MI Michigan",
        "America/Chicago": "AL Alabama, AR Arkansas, IL Illinois, IA Iowa, LA Louisiana, MN Minnesota, MS Mississippi, "
        "MO Missouri, OK Oklahoma, WI Wisconsin",
        "America/Chicago America/Denver": "KS Kansas, NE Nebraska, ND North Dakota, SD South Dakota, TX Texas",
        "America/Denver": "CO Colorado, MT Montana, NM New Mexico, UT Utah, WY Wyoming",
        "America/Phoenix America/Denver": "AZ Arizona",
        "America/Boise America/Los_Angeles": "ID Idaho",
        "America/Los_Angeles America/Boise": "OR Oregon, NV Nevada",
        "America/Los_Angeles": "CA California, WA Washington",
        "America/Anchorage America/Metlakatla America/Adak": "AK Alaska",
        "Pacific/Honolulu": "HI Hawaii",
    },
    "CA": {
        "America/Edmonton": "AB Alberta",
        "America/Vancouver America/Edmonton America/Creston": "BC British Columbia",
        "America/Winnipeg": "MB Manitoba",
        "America/Moncton": "NB New Brunswick",
        "America/St_Johns America/Goose_Bay": "NL Newfoundland and Labrador",
        "America/Halifax": "NS Nova Scotia, PE Prince Edward Island",
        "America/Inuvik": "NT Northwest Territories",
        "America/Iqaluit America/Rankin_Inlet America/Cambridge_Bay America/Resolute America/Atikokan": "NU Nunavut",
        "America/Toronto America/Winnipeg America/Atikokan": "ON Ontario",
        "America/Toronto America/Halifax America/Blanc-Sablon": "QC Quebec",
        "America/Regina America/Edmonton America/Winnipeg": "SK Saskatchewan",
        "America/Whitehorse": "YT Yukon",
    },
    "AU": {
        "Australia/Sydney": "ACT Australian Capital Territory",
        "Australia/Sydney Australia/Broken_Hill Australia/Lord_Howe": "NSW New South Wales",
        "Australia/Melbourne": "VIC Victoria",
        "Australia/Brisbane": "QLD Queensland",
        "Australia/Adelaide Australia/Eucla": "SA South Australia",
        "Australia/Darwin": "NT Northern Territory",
        "Australia/Hobart": "TAS Tasmania",
        "Australia/Perth Australia/Eucla": "WA Western Australia",
    },
    "MX": {
        "America/Mexico_City": "AGU Aguascalientes, CHP Chiapas, CMX Ciudad de México, COL Colima, GRO Guerrero, "
        "GUA Guanajuato, HID Hidalgo, JAL Jalisco, MEX México, MIC Michoacán, MOR Morelos, OAX Oaxaca, PUE Puebla, "
        "QUE Querétaro, SLP San Luis Potosí, TAB Tabasco, TLA Tlaxcala, VER Veracruz, ZAC Zacatecas",
        "America/Merida": "CAM Campeche, YUC Yucatán",
        "America/Monterrey": "DUR Durango",
        "America/Monterrey America/Matamoros": "COA Coahuila, NLE Nuevo León, TAM Tamaulipas",
        "America/Cancun": "ROO Quintana Roo",
        "America/Chihuahua America/Ciudad_Juarez America/Ojinaga": "CHH Chihuahua",
        "America/Hermosillo": "SON Sonora",
        "America/Mazatlan": "BCS Baja California Sur, SIN Sinaloa",
        "America/Mazatlan America/Bahia_Banderas": "NAY Nayarit",
        "America/Tijuana": "BCN Baja California",
    },
    "BR": {
        "America/Sao_Paulo": "DF Distrito Federal, ES Espírito Santo, GO Goiás, MG Minas Gerais, PR Paraná, "
        "RJ Rio de Janeiro, RS Rio Grande do Sul, SC Santa Catarina, SP São Paulo",
        "America/Maceio": "AL Alagoas, SE Sergipe",
        "America/Bahia": "BA Bahia",
        "America/Fortaleza": "CE Ceará, MA Maranhão, PB Paraíba, PI Piauí, RN Rio Grande do Norte",
        "America/Recife America/Noronha": "PE Pernambuco",
        "America/Belem": "AP Amapá",
        "America/Belem America/Santarem": "PA Pará",
        "America/Araguaina": "TO Tocantins",
        "America/Cuiaba": "MT Mato Grosso",
        "America/Campo_Grande": "MS Mato Grosso do Sul",
        "America/Porto_Velho": "RO Rondônia",
        "America/Boa_Vista": "RR Roraima",
        "America/Manaus America/Eirunepe": "AM Amazonas",
        "America/Rio_Branco": "AC Acre",
    },
    "FR": {
        "Europe/Paris": "ARA Auvergne-Rhône-Alpes, BFC Bourgogne-Franche-Comté, BRE Bretagne, CVL Centre-Val de Loire, "
        "20R Corse, GES Grand Est, HDF Hauts-de-France, IDF Île-de-France, NOR Normandie, "
        "NAQ Nouvelle-Aquitaine, OCC Occitanie, PDL Pays de la Loire, PAC Provence-Alpes-Côte d'Azur",
    },
    "DE": {
        "Europe/Berlin": "BW Baden-Württemberg, BY Bayern, BE Berlin, BB Brandenburg, HB Bremen, HH Hamburg, "
        "HE Hessen, MV Mecklenburg-Vorpommern, NI Niedersachsen, NW Nordrhein-Westfalen, RP Rheinland-Pfalz, "
        "SL Saarland, SN Sachsen, ST Sachsen-Anhalt, SH Schleswig-Holstein, TH Thüringen",
    },
    "ES": {
        "Europe/Madrid": "AN Andalucía, AR Aragón, AS Asturias, CB Cantabria, CL Castilla y León, "
        "CM Castilla-La Mancha, CT Catalunya, EX Extremadura, GA Galicia, IB Illes Balears, "
        "RI La Rioja, MD Madrid, MC Murcia, NC Navarra, PV País Vasco, VC Valenciana",
        "Africa/Ceuta": "CE Ceuta, ML Melilla",
        "Atlantic/Canary": "CN Canarias",
    },
    "PT": {
        "Europe/Lisbon": "01 Aveiro, 02 Beja, 03 Braga, 04 Bragança, 05 Castelo Branco, 06 Coimbra, 07 Évora, 08 Faro, "
        "09 Guarda, 10 Leiria, 11 Lisboa, 12 Portalegre, 13 Porto, 14 Santarém, 15 Setúbal, 16 Viana do Castelo, "
        "17 Vila Real, 18 Viseu",
        "Atlantic/Azores": "20 Açores",
        "Atlantic/Madeira": "30 Madeira",
    },
    "NZ": {
        "Pacific/Auckland": "AUK Auckland, BOP Bay of Plenty, CAN Canterbury, GIS Gisborne, HKB Hawke's Bay, "
        "MBH Marlborough, MWT Manawatū-Whanganui, NSN Nelson, NTL Northland, OTA Otago, STL Southland, TAS Tasman, "
        "TKI Taranaki, WGN Wellington, WKO Waikato, WTC West Coast",
        "Pacific/Chatham": "CIT Chatham Islands",
    },
    "CL": {
        "America/Santiago": "AN Antofagasta, AP Arica y Parinacota, AR La Araucanía, AT Atacama, BI Biobío, "
        "CO Coquimbo, LI O'Higgins, LL Los Lagos, LR Los Ríos, ML Maule, NB Ñuble, RM Santiago, TA Tarapacá",
        "America/Santiago Pacific/Easter": "VS Valparaíso",
        "America/Coyhaique America/Santiago": "AI Aysén",
        "America/Punta_Arenas": "MA Magallanes",
    },
    "ID": {
        "Asia/Jakarta": "AC Aceh, BB Bangka Belitung, BT Banten, BE Bengkulu, JA Jambi, JB Jawa Barat, JI Jawa Timur, "
        "JK Jakarta, JT Jawa Tengah, KR Kepulauan Riau, LA Lampung, RI Riau, SB Sumatera Barat, SS Sumatera Selatan, "
        "SU Sumatera Utara, YO Yogyakarta",
        "Asia/Pontianak": "KB Kalimantan Barat, KT Kalimantan Tengah",
        "Asia/Makassar": "BA Bali, GO Gorontalo, KI Kalimantan Timur, KS Kalimantan Selatan, KU Kalimantan Utara, "
        "NB Nusa Tenggara Barat, NT Nusa Tenggara Timur, SA Sulawesi Utara, SG Sulawesi Tenggara, SN Sulawesi Selatan, "
        "SR Sulawesi Barat, ST Sulawesi Tengah",
        "Asia/Jayapura": "MA Maluku, MU Maluku Utara, PA Papua, PB Papua Barat, PD Papua Barat Daya, PE Papua "
        "Pengunungan, PS Papua Selatan, PT Papua Tengah",
    },
    "RU": {
        "Europe/Kaliningrad": "KGD Kaliningrad",
        "Europe/Moscow": "AD Adygeya, ARK Arkhangelsk, BEL Belgorod, BRY Bryansk, CE Chechnya, CU Chuvashia, "
        "DA Dagestan, IN Ingushetia, IVA Ivanovo, KB Kabardino-Balkaria, KC Karachay-Cherkessia, KDA Krasnodar, "
        "KIR Kirov, KL Kalmykia, KLU Kaluga, KO Komi, KOS Kostroma, KR Karelia, KRS Kursk, LEN Leningrad, LIP Lipetsk, "
        "ME Mari El, MO Mordovia, MOS Moscow Oblast, MOW Moscow, MUR Murmansk, NEN Nenets, NGR Novgorod, "
        "NIZ Nizhny Novgorod, ORL Oryol, PNZ Penza, PSK Pskov, ROS Rostov, RYA Ryazan, SE North Ossetia, SMO Smolensk, "
        "SPE Saint Petersburg, STA Stavropol, TA Tatarstan, TAM Tambov, TUL Tula, TVE Tver, VGG Volgograd, "
        "VLA Vladimir, VLG Vologda, VOR Voronezh, YAR Yaroslavl",
        "Europe/Samara": "AST Astrakhan, SAM Samara, SAR Saratov, UD Udmurtia, ULY Ulyanovsk",
        "Asia/Yekaterinburg": "BA Bashkortostan, CHE Chelyabinsk, KGN Kurgan, KHM Khanty-Mansi, ORE Orenburg, "
        "PER Perm, SVE Sverdlovsk, TYU Tyumen, YAN Yamalo-Nenets",
        "Asia/Omsk": "OMS Omsk",
        "Asia/Novosibirsk": "AL Altai Republic, ALT Altai, KEM Kemerovo, NVS Novosibirsk, TOM Tomsk",
        "Asia/Krasnoyarsk": "KK Khakassia, KYA Krasnoyarsk, TY Tuva",
        "Asia/Irkutsk": "BU Buryatia, IRK Irkutsk",
        "Asia/Chita": "AMU Amur, ZAB Zabaykalsky",
        "Asia/Yakutsk Asia/Vladivostok Asia/Srednekolymsk": "SA Sakha",
        "Asia/Vladivostok": "KHA Khabarovsk, PRI Primorsky, YEV Jewish Oblast",
        "Asia/Magadan": "MAG Magadan",
        "Asia/Sakhalin": "SAK Sakhalin",
        "Asia/Kamchatka": "CHU Chukotka, KAM Kamchatka",
    },
}

# What people write, or wrote before ISO changed it -> what it is now. Some parts are countries of their own, too.
ALIASES = {
    "CA-NF": "CA-NL", "CA-YK": "CA-YT", "CA-PQ": "CA-QC", "MX-DIF": "MX-CMX",
    "FR-A": "FR-GES", "FR-G": "FR-GES", "FR-M": "FR-GES", "FR-B": "FR-NAQ", "FR-L": "FR-NAQ", "FR-T": "FR-NAQ",
    "FR-C": "FR-ARA", "FR-V": "FR-ARA", "FR-D": "FR-BFC", "FR-I": "FR-BFC", "FR-E": "FR-BRE", "FR-F": "FR-CVL",
    "FR-H": "FR-20R", "FR-COR": "FR-20R", "FR-J": "FR-IDF", "FR-K": "FR-OCC", "FR-N": "FR-OCC", "FR-O": "FR-HDF",
    "FR-S": "FR-HDF", "FR-P": "FR-NOR", "FR-Q": "FR-NOR", "FR-R": "FR-PDL", "FR-U": "FR-PAC",
    "UK": "GB", "EL": "GR",
    "US-PR": "PR", "US-VI": "VI", "US-GU": "GU", "US-AS": "AS", "US-MP": "MP", "US-UM": "UM",
    "NL-AW": "AW", "NL-CW": "CW", "NL-SX": "SX", "NL-BQ1": "BQ", "NL-BQ2": "BQ", "NL-BQ3": "BQ",
    "CN-HK": "HK", "CN-MO": "MO", "CN-TW": "TW", "FI-01": "AX", "NO-21": "SJ", "NO-22": "SJ",
    "FR-BL": "BL", "FR-CP": "FR", "FR-GF": "GF", "FR-GP": "GP", "FR-MF": "MF", "FR-MQ": "MQ", "FR-NC": "NC",
    "FR-PF": "PF", "FR-PM": "PM", "FR-RE": "RE", "FR-TF": "TF", "FR-WF": "WF", "FR-YT": "YT",
    "FR-971": "GP", "FR-972": "MQ", "FR-973": "GF", "FR-974": "RE", "FR-976": "YT",
    "ES-GC": "ES-CN", "ES-TF": "ES-CN",
}

# French départements, by region: rules are made for regions at the least.
DEPARTMENTS = {
    "ARA": "01 03 07 15 26 38 42 43 63 69 69M 73 74", "BFC": "21 25 39 58 70 71 89 90", "BRE": "22 29 35 56",
    "CVL": "18 28 36 37 41 45", "20R": "2A 2B", "GES": "08 10 51 52 54 55 57 67 68 6AE 88",
    "HDF": "02 59 60 62 80", "IDF": "75 75C 77 78 91 92 93 94 95", "NOR": "14 27 50 61 76",
    "NAQ": "16 17 19 23 24 33 40 47 64 79 86 87", "OCC": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "PDL": "44 49 53 72 85", "PAC": "04 05 06 13 83 84",
}

# Area codes of the North American plan that the tables name by a city or not at all.
CITY_CODES = {
    "203": ["US-CT"], "310": ["US-CA"], "713": ["US-TX"], "718": ["US-NY"], "905": ["CA-ON"],
    "867": ["CA-YT", "CA-NT", "CA-NU"],
}

# Zones that an area code reaches beyond those in the tables.
SPANS = {
    "236": ["America/Edmonton", "America/Creston"], "250": ["America/Edmonton", "America/Creston"],
    "672": ["America/Edmonton", "America/Creston"], "778": ["America/Edmonton", "America/Creston"],
    "306": ["America/Edmonton", "America/Winnipeg"], "418": ["America/Halifax", "America/Blanc-Sablon"],
    "432": ["America/Denver"], "709": ["America/Goose_Bay"], "807": ["America/Atikokan"],
    "867": ["America/Inuvik", "America/Iqaluit", "America/Rankin_Inlet", "America/Resolute", "America/Atikokan"],
    "907": ["America/Metlakatla"], "915": ["America/Chicago"], "931": ["America/New_York"],
}

# Codes laid over the same area: all reach whatever one of them does.
OVERLAYS = [
    ("208", "986"), ("812", "930"), ("270", "364"), ("850", "448"), ("541", "458"),
    ("250", "236", "672", "778"), ("306", "639", "474"), ("418", "581", "367"), ("709", "879"),
]

# Codes of the tables that ISO 3166-1 counts with another country.
ISO = {"AC": "SH", "TA": "SH"}

# Zones that the tables give for a part of a country where another clock is kept.
WRONG_ZONES = {
    ("RU", "Europe/Bucharest"): "Europe/Kaliningrad",
    ("CA", "America/Puerto_Rico"): "America/Goose_Bay",
    ("CA", "America/Fort_Nelson"): "America/Whitehorse",
    ("US", "America/North_Dakota/Center"): "America/Chicago",
    ("MX", "America/New_York"): "America/Cancun",
}

# Countries whose numbers, mobile ones too, are bound to areas that the tables do not give as such: national prefix to
# regions. In Australia mobile numbers (4) are bound to none, and 8 8 and 8 9 part South Australia from the west.
AREA_CODES = {
    55: {
        **{str(n): ["BR-SP"] for n in range(11, 20)}, "21": ["BR-RJ"], "22": ["BR-RJ"], "24": ["BR-RJ"],
        "27": ["BR-ES"], "28": ["BR-ES"], **{str(n): ["BR-MG"] for n in (31, 32, 33, 34, 35, 37, 38)},
        **{str(n): ["BR-PR"] for n in range(41, 47)}, **{str(n): ["BR-SC"] for n in (47, 48, 49)},
        **{str(n): ["BR-RS"] for n in (51, 53, 54, 55)}, "61": ["BR-DF", "BR-GO"], "62": ["BR-GO"], "64": ["BR-GO"],
        "63": ["BR-TO"], "65": ["BR-MT"], "66": ["BR-MT"], "67": ["BR-MS"], "68": ["BR-AC"], "69": ["BR-RO"],
        **{str(n): ["BR-BA"] for n in (71, 73, 74, 75, 77)}, "79": ["BR-SE"], "81": ["BR-PE"], "87": ["BR-PE"],
        "82": ["BR-AL"], "83": ["BR-PB"], "84": ["BR-RN"], "85": ["BR-CE"], "88": ["BR-CE"], "86": ["BR-PI"],
        "89": ["BR-PI"], **{str(n): ["BR-PA"] for n in (91, 93, 94)}, "92": ["BR-AM"], "97": ["BR-AM"],
        "95": ["BR-RR"], "96": ["BR-AP"], "98": ["BR-MA"], "99": ["BR-MA"],
    },
    61: {
        "2": ["AU-NSW", "AU-ACT"], "3": ["AU-VIC", "AU-TAS", "AU-NSW"], "7": ["AU-QLD", "AU-NSW"],
        "88": ["AU-SA", "AU-NT", "AU-NSW"], "89": ["AU-WA"],
    },
}

# Zones of such prefixes where these are not all those of their regions: border towns use their neighbour's code.
AREA_ZONES = {
    "612": ["Australia/Sydney", "Australia/Lord_Howe"],
    "613": ["Australia/Melbourne"],
    "617": ["Australia/Brisbane", "Australia/Sydney"],
    "6188": ["Australia/Adelaide", "Australia/Darwin", "Australia/Broken_Hill", "Australia/Eucla"],
}

# Prefixes whose numbers the tables take to be bound to a place although their owners are not.
UNBOUND = ("56", "628")

# Prefix to countries, regions and zones, where the tables do not part them.
MORE_PREFIXES = {"383": (["XK"], [], ["Europe/Belgrade"]), "6189162": (["CC"], [], []), "6189164": (["CX"], [], [])}


def table():
    """(code, name, zones, aliases) of every region, then of every country that has aliases."""
    aliases = dict(ALIASES)
    for region, numbers in DEPARTMENTS.items():
        aliases.update({f"FR-{number}": f"FR-{region}" for number in numbers.split()})
    names = {}
    for code, target in sorted(aliases.items()):
        names.setdefault(target, []).append(code)
    rows = []
    for country, parts in PARTS.items():
        for zones, regions in parts.items():
            for entry in regions.split(", "):
                code, name = entry.split(" ", 1)
                code = f"{country}-{code}"
                rows.append((code, name, zones.split(), names.pop(code, [])))
    return sorted(rows) + [(code, "", [], codes) for code, codes in sorted(names.items())]


def zones_of(code):
    return next(zones for region, _, zones, _ in table() if region == code)


def places_named(name):
    """Codes for a name as the tables give it: `Florida`, `Palm Beach, FL`, `Nova Scotia/Prince Edward Island`."""
    name = {"British Colombia": "British Columbia", "Washington D.C.": "District of Columbia",
            "Washington State": "Washington"}.get(name, name)
    codes = {region: code for code, region, _, _ in table() if code[:2] in ("US", "CA")}
    if ", " in name:
        code = name.rsplit(", ", 1)[1]
        return [full for full in codes.values() if full[3:] == code]
    return sorted(codes[part] for part in name.split("/") if part in codes)
