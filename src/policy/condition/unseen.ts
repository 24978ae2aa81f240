/**
 * What a screen does not show, obeys, or shows as a blank (UAX 9, UTS 39): whoever reads would see
 * another text than the one that counts.
 */
export const unseen =
  /(?![\t\n\r ])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}\u2800]/u
