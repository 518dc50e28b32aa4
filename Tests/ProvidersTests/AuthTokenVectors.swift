// SPDX-License-Identifier: Apache-2.0
//
// Made by Tests/campaigns/make_auth_vectors.py with PyJWT 2.15.1 and cryptography; not by hand.

enum TestKeys {
    /// The key the tokens are signed with; made for these tests.
    static let pkcs8 = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDUNQ/GFf2VWujN
        kwdRo/6Im1DfSBWdQYIEPJz9V5l6fo09lm3gy/zzthPwfzvrckKmjVJfRo8d11Da
        CnQFVmngmsh0h+EJgxj+rb2pEP3WkrYHyEc/eTrHjY1tG27BM9ewrVBPGdxpuEwg
        GCNry8KSFIj2vp+/wJPsU4K1XC4WzGioKsdk6PI46KmZGCW+LV3OBejpIMcotlzE
        BWOvUv0G10WnaLQWvuHG5JQkVx6oU+GeQX/WxNo8gO+BfAv4NC8h72G9kYfIyDrE
        QU/z6BI24eeqX8MSaS+ZfKAguxHifHvB1AsUfsh622uqwCS/n3J5TC9P5J6OzEeP
        brswSklFAgMBAAECggEAFKpYlebJ7vb1piED9nLGmxEQO1F7lJJIXuQN017p7S1Q
        neD9yriyzB0Jxg+6vkwLRGL0CAYI2LqBZV2qCZcHvb31EkjlPmLlvTxRzjQZNDTN
        xOY/iGV+HU7VdfzU67wbuVkd2AYugJ3xzX8fe/DrStFbITeHh30k93L06Kp7oCNf
        qD43E+pxB/OZmuKbogYcbEw/PGulXKCOi29vZAb5mCbMxlieot+TQDW0pCFZxRu0
        xOm+3QMX2TkzV1DyA7AQ4CmSfBWAb2tdBc4E+jMinMj73bY/k8LZ/i/meY8mVBDT
        CdXtlpaFgIqZDkB+9/A0T0FMjSKL0HP/2Ql/QOCbRQKBgQDvVIOpXW/0dLM1VAau
        vcjBEmnOtZ6Kxxu0NJwPyEwZG0orVylEwVRDtVOd5FT/5OyD3CRrc8JpHhmcRnH4
        CU5kx4iNdBnnPRal0afCb0+Q59e5WJ3tTV4DY9g/oJ5EgiTE6VvLJZHFb+GkbBJU
        VGFaL0lxYuYnxORZke18oJ7KPwKBgQDi/Oux+K7GZY9xM6ziZyk8ur+ixTTo1X9q
        cZnxIRX0kcH2+jNgyRTrCxYCie0bEAmx0sNoPNdT2UPunj1kL+QjqhXbsHdfqAdO
        ex8wby3+DQY5UGmwuOeck5ZwkRY0U3f96a/cBM5pQroMlnP48j48w6Ds84ETyxvY
        k8XjPoejewKBgQCD+Tu9KiwxRiUIVDR3KWpJpUi5Vwd9CXyqa5RfU5k7AwRsT90O
        7/jyeUwJtj50+Zy+vadLpYLgClwfA+2W1DLpeeo/7nTWQaZ6e9kha9YZVu9rYoV7
        tP0Rq3403/JGXum9t90Jcccnc6Ge1IVrATjJzWeXYez+oyE0jzbBUaUeawKBgHv7
        tG4IrMZ3cOtfU35y5MZkJwqsdyL6gtdMZ86ayNhGyVCzB19FVmSwMHyAg/91OiZk
        PhHwsZj+IqnyywuvUQjd/YR7FiksqZkHjViyUcfjq1OhBanexbvzrYec6Cj6sp8B
        hupBwdEi/majw4LmJnKgVIU42HdMSNB6nutqG0KDAoGBAO5jNjP3JrvgWw0VTha6
        e1u8JUHMU/fehdvMnZgHUX9kjN+2DkMuigoltzMyrzT5//5EqWANlvaxe6Dq6hes
        1jgWR0alDXcCTPTxXT+s1g2PKYv2KLEdPKwkdJMb5O1YvsEkr3zbZfN8joQTCdvH
        JDVeguxs/nakUbHtKcZYx7v2
        -----END PRIVATE KEY-----

        """

    /// The same key.
    static let pkcs1 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEpAIBAAKCAQEA1DUPxhX9lVrozZMHUaP+iJtQ30gVnUGCBDyc/VeZen6NPZZt
        4Mv887YT8H8763JCpo1SX0aPHddQ2gp0BVZp4JrIdIfhCYMY/q29qRD91pK2B8hH
        P3k6x42NbRtuwTPXsK1QTxncabhMIBgja8vCkhSI9r6fv8CT7FOCtVwuFsxoqCrH
        ZOjyOOipmRglvi1dzgXo6SDHKLZcxAVjr1L9BtdFp2i0Fr7hxuSUJFceqFPhnkF/
        1sTaPIDvgXwL+DQvIe9hvZGHyMg6xEFP8+gSNuHnql/DEmkvmXygILsR4nx7wdQL
        FH7IettrqsAkv59yeUwvT+SejsxHj267MEpJRQIDAQABAoIBABSqWJXmye729aYh
        A/ZyxpsREDtRe5SSSF7kDdNe6e0tUJ3g/cq4sswdCcYPur5MC0Ri9AgGCNi6gWVd
        qgmXB7299RJI5T5i5b08Uc40GTQ0zcTmP4hlfh1O1XX81Ou8G7lZHdgGLoCd8c1/
        H3vw60rRWyE3h4d9JPdy9Oiqe6AjX6g+NxPqcQfzmZrim6IGHGxMPzxrpVygjotv
        b2QG+ZgmzMZYnqLfk0A1tKQhWcUbtMTpvt0DF9k5M1dQ8gOwEOApknwVgG9rXQXO
        BPozIpzI+922P5PC2f4v5nmPJlQQ0wnV7ZaWhYCKmQ5AfvfwNE9BTI0ii9Bz/9kJ
        f0Dgm0UCgYEA71SDqV1v9HSzNVQGrr3IwRJpzrWeiscbtDScD8hMGRtKK1cpRMFU
        Q7VTneRU/+Tsg9wka3PCaR4ZnEZx+AlOZMeIjXQZ5z0WpdGnwm9PkOfXuVid7U1e
        A2PYP6CeRIIkxOlbyyWRxW/hpGwSVFRhWi9JcWLmJ8TkWZHtfKCeyj8CgYEA4vzr
        sfiuxmWPcTOs4mcpPLq/osU06NV/anGZ8SEV9JHB9vozYMkU6wsWAontGxAJsdLD
        aDzXU9lD7p49ZC/kI6oV27B3X6gHTnsfMG8t/g0GOVBpsLjnnJOWcJEWNFN3/emv
        3ATOaUK6DJZz+PI+PMOg7POBE8sb2JPF4z6Ho3sCgYEAg/k7vSosMUYlCFQ0dylq
        SaVIuVcHfQl8qmuUX1OZOwMEbE/dDu/48nlMCbY+dPmcvr2nS6WC4ApcHwPtltQy
        6XnqP+501kGmenvZIWvWGVbva2KFe7T9Eat+NN/yRl7pvbfdCXHHJ3OhntSFawE4
        yc1nl2Hs/qMhNI82wVGlHmsCgYB7+7RuCKzGd3DrX1N+cuTGZCcKrHci+oLXTGfO
        msjYRslQswdfRVZksDB8gIP/dTomZD4R8LGY/iKp8ssLr1EI3f2EexYpLKmZB41Y
        slHH46tToQWp3sW7862HnOgo+rKfAYbqQcHRIv5mo8OC5iZyoFSFONh3TEjQep7r
        ahtCgwKBgQDuYzYz9ya74FsNFU4WuntbvCVBzFP33oXbzJ2YB1F/ZIzftg5DLooK
        JbczMq80+f/+RKlgDZb2sXug6uoXrNY4FkdGpQ13Akz08V0/rNYNjymL9iixHTys
        JHSTG+TtWL7BJK9822XzfI6EEwnbxyQ1XoLsbP52pFGx7SnGWMe79g==
        -----END RSA PRIVATE KEY-----

        """

    /// Its public half.
    static let publicHalf = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1DUPxhX9lVrozZMHUaP+
        iJtQ30gVnUGCBDyc/VeZen6NPZZt4Mv887YT8H8763JCpo1SX0aPHddQ2gp0BVZp
        4JrIdIfhCYMY/q29qRD91pK2B8hHP3k6x42NbRtuwTPXsK1QTxncabhMIBgja8vC
        khSI9r6fv8CT7FOCtVwuFsxoqCrHZOjyOOipmRglvi1dzgXo6SDHKLZcxAVjr1L9
        BtdFp2i0Fr7hxuSUJFceqFPhnkF/1sTaPIDvgXwL+DQvIe9hvZGHyMg6xEFP8+gS
        NuHnql/DEmkvmXygILsR4nx7wdQLFH7IettrqsAkv59yeUwvT+SejsxHj267MEpJ
        RQIDAQAB
        -----END PUBLIC KEY-----

        """

    /// The same key behind a passphrase.
    static let locked = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFNTBfBgkqhkiG9w0BBQ0wUjAxBgkqhkiG9w0BBQwwJAQQMZY0ceBEaGmvyLra
        PXXlbAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENG1YO/W6BSLo52K
        5npX+TAEggTQK1/G51kTz5PuXOR1GSWZkvMsTO942Yj0HgyjBXDPzOr+lWeeWRoG
        kD8v1n6pzNxCdT2INROwb8fKkwG2Xu0n3CEhr7fPr3gfXdAJDaX+tiNOQKlmNeqk
        Hb5RAJdDedKM+Vt8aB4+IqIfO1IpmJ8CGwDhsuZeaiAt5jca8JnqzLRiEZro3k7i
        j+wcXBlhGtCm12DGQKbOWUmpITn5m9+tlGzCpBz6mlRINRbKwWjIGygvCTXJW25Q
        bKFOGfESRKrX0hO78WgAPF7iMNp6V66PO6juWOAXvCaLCt6UmXpgufz5hK+08hOJ
        v9vp5RdbYMZCrG2mx54IbWNxBg7s883oH85Ss3Mv/A2ocpRxNOwFcNLsSnwAvo1a
        hg0Nnt0AaCY37vFvokk87qDPnFqSbPJA/yWjgpf7XKxPvcRT4Buv1e5kVumzwsiT
        qRrGaqaYdyl6a1F+aNFrEJagZRBiEXLZoMAGbAbSbRgkpMPSrpGJWbQfFptJhtjz
        iqaU+MAEiIktpYVKTMCnWbHidigpF+7FHqYzoxGRRwyTmSdTNNMoAUC68sbrCtaq
        D4geakps8ObcANQtRxaIC0tOfXtxrEJSXfcv6xtc7PWRfKjavrEsnU170eizn9py
        AzGo/UijCk9phJU+11fCbU2RBE9g5a23H6Gs9jHuB3G8vZ9wQ07CvsqRFEemyWO/
        RUQ0ce1Lg+0tT4W1lBNBZQBsZnmyJJ1lqm1WrZVcR40vLbTcni7uN+LLjudf7G2n
        h4cFvM+/zfR5w0/Tx/wMjlqbyDxERZqf/jVB3Z3DjjhZF31052cQ3Te+O4JUz4mI
        VBnahNz6DCEA+9hdlVjiX+QXCwsA84cSFT/fwNjlZhFZAS1dzmv7NfZyzLM4gUPC
        CDay0w8QPHazFKvKFYCo12zfj+NUNKoJzWp1jRWzb4q1q2JRouWMozros1PS4Mp5
        GVnjKcCZg+/egFhZXaCnsLOmt86uPXwAuLveaMmuhZ++qBIiLaKNLIq59v13pXBB
        RUNfagDeOhoR9QGrLw3BbW6Si/VWr6VWVNNRPbdgb7UJ0aw6iczAVZNXjHaAgdUK
        g5lmX4sa9k7nBqEHQXyQDX38nJ/+Nl0P89fuRdjIhKMeRApL+UATv6STellVu5oA
        9yC8iN4GHhmo4tYRj3sA+9dj6pJ955kUCQEkJEjd2a2npozN93/y/H+SwxUmOhms
        I33O3nonYzxZ5kZtgrxGAf8R6Iqy1x/QU644hR3C6F68qyUR4ouh1ZM8wzJ4vCBl
        mWJV1Vf+a1w1vfA00pHRy7tFo9PIhQ2HDBw0LxN6P9nkuFP74N9Zy7ZV6hVdfBmO
        KV5HVyeZ/EBDWeQQwYU2gx+IlEEaXL0TYLGXeeq611Gzds3lg43niqf5XJ7K9fUY
        IFYQ12PYeCtJUE3pk0wZYZmrw1MWdz5/I4OxtZ5clvAPMbgsaxibSpfEIgI+7/Wo
        ncIgPfOJ06PD8wawfREk9nP2nUNz1cRg63mW4F9QYUk40Tcb3eyVtMB3GzPbgJ4s
        jHTnbko8E8Yl/cVmbNZIIiiHYURxtu33bKL549iCAUhhO2J5E8CdJ3LXsVCsZlM6
        UXxshDAtBz3ihxEGU/FyzAN53C0pT23mC1vH6EeqHxucK44muLRZASw=
        -----END ENCRYPTED PRIVATE KEY-----

        """

    /// The same in the old notation.
    static let lockedPKCS1 = """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,9834AAF315B2D6BF4ED1A65F0C929162

        KT/5YaI4G5ZaDf4JY7k2w0PsKCXiHhenbyewFk++4R3DdcPnQlXFcMrwW8uaaLZs
        m0IXI2iT3jJ8RGDCGAFr4fyAqtlc2KFFghPsA1v0PHP8Eon+K7WtaYDGD3KNUPAh
        ruigRZJ8QgyXNO0rUmG0Bs3DfWsPhpi8qCUbNgGig4eExMMli4WcwmxNGlPrzGKK
        r4d8r/GZaTESpzbVYk4nFUKh4XJ341ffCOBHQga3IbDENzCXx++N7nWrUOfUDnfF
        KpMYHmaaqz75JygUd/OOH3xcXGQq2ceym+9XFVzpXVcc/M+hO0x/yHqCQ8NX8rSg
        d8s5eYIUvJ9tn0u0c20w729HuGU74npXZjgKGKasek5MRemYuIe5/YBklSsIqM4u
        3sao2M7TsvJWKvfZVFprX7Sq8HsYXstmrv9vxslOJfgfXTscgbtWkR2tubY75D9M
        RC9Om1J4B2/f7Wc0L1dFcbelxIxoRQaAt6yIljmE3cxxAQeLdHBjr7a/Bn6dnDwh
        6sq6ukp2mslQg7HhgjPSdp4AJYoO069CidlFt+2B7VX1VVC9u5UsTX/10BfmG+Vt
        VoEJK1ScLQm0GbRjVkQ31haSt8UanyjPnT/ZBdX9SoeCUvoM63sSAOYQ826GragR
        9BO4jPv4q6Iez7bWr44gT6wcRl/Egz4nlVg8sQMwDYP6R6zYdNsQdhbxPSfKkvr2
        BBhJokfyJhw+RY231iJFpKAUcYJYIZ/2OyZr04B0Pz6TJ6bashxqw2JX7aIAbybW
        9ITyhBlKHI6GPwJ+JQsm4rXC6oXCMR8x0rFumE7IudUVyAaar+KCDkrcEDMPecKT
        V9ZPapGeu49llhycJJJx7OalxRnZBLTVYcNriqlrMt4DCcI5beayzdqK/8HoDjth
        /LmYZvBeJ7d9H6GOHvOtO39RrVAUCuElTd1d6Hx2mI+ktJpEnM3NHRHE34e7shZ1
        Qn2M7kANa322W0tUhuRDqKEcr7yrLvhbHpZD7R5lzNssp7BjfU+o8MnHoR2kSiQb
        MUgR4FgAYbyZwnjYaFYMbInhZKlKnsou6dxm9T8vJRreBLKFe3dXvkAHrUiJM6qV
        ChBr2P5fDn8S+MAu/lNT1xUX5Pgpsjd1Fb3WwLj1XxWLliHvsovsGE3dsFab6A1I
        G3dfw2osWyKR0wHtTsbosPMNCzXqKYMcwELDm9OG93G8MnwkUrt4EbDX5ItFAkI4
        XMoDz/QIVO7vW12abFOwl2Q7Z3ieZMcrSgac/9u19XPDDXxS8nwmSFsPyjwmC2bg
        II1YnKH/TeabCbLOZE4HwkBwI5un/1v+6z6EcT8bk5h8JCpAbLMw9FPP6lSM1z9j
        9+uMflZVLngX//VFci3TTVIrOuJkLjZVp0uMcDfI0mg6g8UgOdFBWjZfqkjxIvPV
        kXaqvseguy5YQBdkMLMC0PL7F+5vLc6nuRS3T+DPvhdxJ075xSMAjdI98BwayZwm
        +AIYJsgNshijiJM7GA1sw54XsAwvco/qgrqgricxGLb9mCvmzLfYij/dNKHo8QNN
        wgZQCzZRbiAggSgiJvIZmKAma336zKRgJiKpRozfjHugBHE7aUiqvMyIwOsdrO53
        -----END RSA PRIVATE KEY-----

        """

    /// 1024 bits.
    static let short = """
        -----BEGIN PRIVATE KEY-----
        MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAK+Wq0OvMzK6EtEK
        ysdOq+3G8QiB2Cd8S3FhaURPMcsH9h5AeyDyPivPhYVylifJdQdklRWcdBTqY7gh
        K30+o3/OYS1A0ZKS+s7nAP4jChD1Twldxm8ljYXN7yMFWfbwGQvSv1otacUwfMBp
        PeT5kFSmvkmzOmAULWlGamY1A7bHAgMBAAECgYEAkZg3bqopo9hSne968QS03zbk
        yg8Qcr1HuT3ykWexfA6f77m73ze+gYlTx7GZ/Ge5mGW4kPDn+Cfag+VNME7uNj30
        u791jXddisCkUoeBfAgFL9FsYh/ttzxM/dfRH5zCgCYGnQ4qR3acCvyTslN6A3HR
        qlKMp//6Bq5NOAkO49ECQQDYrit/o66SHAc/gjnZNDvCFCuIVlLsD5TceojfQz+/
        X+AnZOeVSX2M0P9ZCnz8q6aSPWlA1DYQmQoBjIVJlhNzAkEAz3OXDTxDkuwhSuIW
        ASyZtpByEtksy8tpR0l/JsgJZ9S5oBJicQws6jbefBPKsdP/wjBzlhWTqGLA+L0s
        hNlCXQJBAM4+GhFID2XrX8rHfaCM40R8RmNjJ1KiEiM6TwWT0R2reISGuxeR9/sN
        A8ARB57JE6em5IRceYma4bdPtZ6xRpkCQGVhvAQ/21ZGB88sxkw0m7pYxSbo87d0
        5TJtfLJbOB2CHGVaFrnglWKxBfHlSj21uVwRiatjSBIWkO/+o28ZLhECQQCZvd/D
        NYY+LMl+pGup7NNP0lk7a58FDOYiLh0sKrVj9T0f2lynx/yZK/DaQbDanwCKylRn
        2AeurfgsU3HT1MsN
        -----END PRIVATE KEY-----

        """

    /// P-256.
    static let curve = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+Pdo0VhnsoOEbtzX
        WWhLn08YIY/MH6fouGb8JzGnKw6hRANCAARGEmpWtQYN8Cs3K0uSPHDxEhtZQ6Bp
        bB8GcThXpMDzKTvrJo46mUeeuPmGj52WasKBXpt9ELinQut7rulE40Bs
        -----END PRIVATE KEY-----

        """
}

extension TokenVector {
    static let byPyJWT: [TokenVector] = [
        TokenVector(
            "Salesforce's assertion",
            claims: [
                "{\"iss\": \"3MVG9.client\", \"sub\": \"robot@example.com\", \"aud\": \"https://login.salesf",
                "orce.com\", \"iat\": 1795291200, \"exp\": 1795291380}",
            ].joined(),
            keyID: nil,
            token: [
                "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOS5jbGllbnQiLCJzdWIiOiJyb2J",
                "vdEBleGFtcGxlLmNvbSIsImF1ZCI6Imh0dHBzOi8vbG9naW4uc2FsZXNmb3JjZS5jb20iLCJpYXQiOjE",
                "3OTUyOTEyMDAsImV4cCI6MTc5NTI5MTM4MH0.ZK9cYAskpAJ2LLAdwbeKXOpE1hpI3euygIePuo99IlI",
                "SBcRtRvduZfNSYrZJaa8AfpK58HqjXniVXuCjNxMxkH-1f_J5hqoyLRjEwiC_OSDNWeb6AJfW2FHhev_",
                "QPMT7T2gqOdSdZMUDXaKEfm08dFfqOC-gPtALE0G-xhCk2V4_dhMjz5lVJOaJ0pyKZzUhy-i03ziJOlj",
                "zk9QuGbLhMnZXWXT8lXPCP9yGZxBP93j7G3YFdUjxA9JbCNcPBcsznbfipPCO4TDlmUEo8S35rtgHpdc",
                "rrmQ3o7fcT4-OBfUQQcwnlSttR1IeNMKAZqucsC5De5QLHDmIYSZVcrTJrQ",
            ].joined()),
        TokenVector(
            "Vonage's token",
            claims: [
                "{\"application_id\": \"aaaaaaaa-bbbb-cccc-dddd-0123456789ab\", \"iat\": 1795291200, \"e",
                "xp\": 1795292100, \"jti\": \"abcdefghijklmnop\"}",
            ].joined(),
            keyID: nil,
            token: [
                "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhcHBsaWNhdGlvbl9pZCI6ImFhYWFhYWFhLWJiYmI",
                "tY2NjYy1kZGRkLTAxMjM0NTY3ODlhYiIsImlhdCI6MTc5NTI5MTIwMCwiZXhwIjoxNzk1MjkyMTAwLCJ",
                "qdGkiOiJhYmNkZWZnaGlqa2xtbm9wIn0.mUE-lJFiGGNrEQela4IMybSYGtI3LJMgkK6I-u3jjS9CcUt",
                "xXsgP8wydCHoJeMvWiqnY7ZSmwlDY-IMrLpeEYAyYE8GzuoN6kEA66MrP4YEFKs35UCXMqLrFZ1AlJFt",
                "MFyRtjlh4d-cCp07RYfnwYbFknwLTy732KtMe9xle8wKx26WBfC-jSkcENFnwSckaVzsVdaPDrJbvRUm",
                "uijbf-4KPhStF0Y0tB2szr7udK525Sv7W-rXlSPLgH2wAo4x4CHolGAGoSfQXo_lFS9MoVLP8Sn4LvIZ",
                "itixi0Oa400hG2df50y7R43bRLN1fbRHTW_3EnW6zsy2gwDrUrPQrdA",
            ].joined()),
        TokenVector(
            "letters beyond ASCII, and a key id",
            claims: "{\"iss\": \"Büro \\\"Nord\\\"\", \"iat\": 1}",
            keyID: "key-1",
            token: [
                "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0.eyJpc3MiOiJCw7xybyBcIk5v",
                "cmRcIiIsImlhdCI6MX0.fLjH_b1WxaHiCGB3xWhIwZlGRbaS-yAwse4fc7zf83vnGOH8yb_OYRMeOlpv",
                "PGVUYsN5TVR3mFXYbMSQj5Bh4fEgFyzdelp6fwoCnUu_mmtl9em2pe6n5mobQzp4FaDcz-DlMWVFLYsR",
                "pAnPqRCilDq2DHpxUyrnlq_phy_Fai1mtICAOI4KobMa1A6GMha5PC1ctw7nO3fj8kAMqQpDfge6zmrb",
                "LOIHR5dn2CI93s33DLB_-m5QKlOgHD8LbQk8JAO4ujdXKvHOXyrrBx-23KUVcjp715vxenwyG_IKKfN1",
                "ZmMrlEuGYQ3pL8gfTM4lZpdVLgxnOynk_EhryL26Rg",
            ].joined()),
    ]
}
