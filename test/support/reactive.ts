/** A deep reactive proxy as Vue makes one, as small as it can be: what is read through it comes out wrapped. */

const wrappers = new WeakMap<object, object>()
const originals = new WeakMap<object, object>()

function originalOf<T>(value: T): T {
  return (typeof value === 'object' && value !== null && (originals.get(value) as T)) || value
}

/** Vue wraps plain objects, arrays and instances of the application's classes; neither frozen nor platform objects. */
function isWrappable(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.isExtensible(value) &&
    ['Object', 'Array'].includes(Object.prototype.toString.call(value).slice(8, -1))
  )
}

export function reactive<T extends object>(target: T): T {
  const known = wrappers.get(target)
  if (known) return known as T
  const wrapper = new Proxy(target, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver)
      return isWrappable(value) ? reactive(value) : value
    },
    set: (object, key, value, receiver) => Reflect.set(object, key, originalOf(value), receiver),
  })
  wrappers.set(target, wrapper)
  originals.set(wrapper, target)
  return wrapper
}
