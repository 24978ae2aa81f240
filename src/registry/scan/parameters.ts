import type { Found, Severity } from './finding.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Of a parameter's name, its words joined or apart. */
const kinds: readonly {
  readonly words: ReadonlySet<string>
  readonly severity: Severity
  readonly says: string
}[] = [
  {
    words: words(
      'password passwd passphrase secret token apikey accesskey secretkey privatekey sshkey credential credentials otp mfacode cookie cookies sessiontoken authorization bearer',
    ),
    severity: 'warning',
    says: 'looks like a secret',
  },
  {
    words: words(
      'ssn socialsecurity socialsecuritynumber passport passportnumber nationalid taxid iban cardnumber creditcard cvv cvc birthdate birthday dateofbirth dob homeaddress customeraddress streetaddress postaladdress medicalrecord diagnosis salary religion ethnicity',
    ),
    severity: 'warning',
    says: 'looks like personal data',
  },
  {
    words: words(
      'address email emailaddress phone phonenumber mobile firstname lastname fullname surname gender age postcode zipcode',
    ),
    severity: 'info',
    says: 'may be personal data',
  },
  {
    words: words(
      'conversation conversationhistory chathistory systemprompt context sidenote sidenotes reasoning modelname toolslist',
    ),
    severity: 'warning',
    says: 'asks for what the conversation is about',
  },
]

/** `nextPageToken`, `max_tokens`: no secrets. */
const PAGING = words('page next continuation sync max cursor')

/** What the name of a parameter asks for. */
export function findParameter(name: string): Found | undefined {
  const parts = partsOf(name)
  if (parts.some((part) => PAGING.has(part))) return undefined
  const asked = [
    parts.join(''),
    ...parts,
    ...parts.slice(1).map((part, at) => `${parts[at]}${part}`),
  ]
  const kind = kinds.find((one) => asked.some((word) => one.words.has(word)))
  return (
    kind && { severity: kind.severity, says: `${kind.says}: ${name.slice(0, 80)}`, excerpt: '' }
  )
}

/** `accountNumber`, `account_number` and `ACCOUNT-NUMBER` are two words. */
export const partsOf = (name: string): string[] =>
  name
    .slice(0, 128)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== '')
