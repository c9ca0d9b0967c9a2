/** Finds `any` in types, which spreads unseen. */

type IsAny<T> = 0 extends 1 & T ? true : false

type HasAny<T> =
  IsAny<T> extends true
    ? true
    : T extends (...args: infer Args) => infer Result
      ? true extends IsAny<Result> | { [Index in keyof Args]: IsAny<Args[Index]> }[number]
        ? true
        : false
      : false

/** The members of a type that are `any`, or functions that take or give it. */
export type AnyKeys<T> = T extends unknown
  ? { [Key in keyof T]-?: true extends HasAny<T[Key]> ? Key : never }[keyof T]
  : never
