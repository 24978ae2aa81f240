import type { IssuerDocument } from '#domain/documents.ts'
import { html, type Page } from '../sign-in/page.ts'
import { problemPage } from '../sign-in/pages.ts'

/** What a person sees who does not come through by their organisation: what is wrong, and where else to go. */

export const titleOf = ({ title, issuer }: IssuerDocument): string => title ?? new URL(issuer).host

export const awayPage = (issuer: IssuerDocument, back: string): Page =>
  withWayBack(
    502,
    `${titleOf(issuer)} cannot be reached`,
    'Its sign-in does not answer now. Try again in a minute. An account of this gateway itself works without it.',
    back,
  )

export const refusedPage = (issuer: IssuerDocument, back: string): Page =>
  withWayBack(
    403,
    'You are not signed in',
    `${titleOf(issuer)} did not sign you in, or its answer could not be trusted. Whoever runs this gateway finds the reason in its log.`,
    back,
  )

export const nothingPage = (issuer: IssuerDocument, back: string): Page =>
  withWayBack(
    403,
    'You are in no team here',
    `${titleOf(issuer)} knows you, but what it says of you makes you one of no team here. Ask for it where you ask for groups and roles, and sign in again.`,
    back,
  )

export const unknownPage: Page = problemPage(
  404,
  'There is no such way to sign in',
  'Go back to the program and sign in again.',
)

/** One answer for a state that is over, used, made up, or of another browser. */
export const strangePage: Page = problemPage(
  400,
  'This sign-in is over',
  'It was finished, took too long, or was begun in another browser. Go back to the program and sign in again.',
)

const withWayBack = (status: number, title: string, sentence: string, back: string): Page => ({
  title,
  status,
  body: html`<h1>${title}</h1>
<p>${sentence}</p>
<p><a href="${back}">Sign in another way</a></p>`,
})
