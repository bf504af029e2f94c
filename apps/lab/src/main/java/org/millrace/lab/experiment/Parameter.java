package org.millrace.lab.experiment;

/**
 * What {@code --set key=value} may change.
 *
 * @param key      its name; one that ends with a dot stands for all that begin with it, and the experiment checks those itself
 * @param standard its value if nobody sets it, and nothing for a name that ends with a dot
 * @param least    least value of a number
 * @param most     greatest value of a number; less than the least: it is no number
 * @param meaning  for people, with its unit
 */
public record Parameter(String key, String standard, double least, double most, String meaning) {
    /**
     * {@return a whole number}
     *
     * @param key      its name
     * @param standard its value if nobody sets it
     * @param least    least value
     * @param most     greatest value
     * @param meaning  for people, with its unit
     */
    public static Parameter whole(String key, long standard, long least, long most, String meaning) {
        return new Parameter(key, Long.toString(standard), least, most, meaning);
    }

    /**
     * {@return a number}
     *
     * @param key      its name
     * @param standard its value if nobody sets it
     * @param least    least value
     * @param most     greatest value
     * @param meaning  for people, with its unit
     */
    public static Parameter real(String key, double standard, double least, double most, String meaning) {
        return new Parameter(key, Double.toString(standard), least, most, meaning);
    }

    /**
     * {@return a text, which the experiment checks}
     *
     * @param key      its name
     * @param standard its value if nobody sets it
     * @param meaning  for people
     */
    public static Parameter text(String key, String standard, String meaning) {
        return new Parameter(key, standard, 0, -1, meaning);
    }

    /**
     * {@return all whose names begin alike: {@code machine.}}
     *
     * @param prefix  with its dot
     * @param meaning for people
     */
    public static Parameter group(String prefix, String meaning) {
        return new Parameter(prefix, "", 0, -1, meaning);
    }

    boolean isGroup() {
        return key.endsWith(".");
    }

    boolean isNumber() {
        return least <= most;
    }

    private boolean isWhole() {
        return isNumber() && !standard.contains(".");
    }

    boolean names(String given) {
        return isGroup() ? given.startsWith(key) && given.length() > key.length() : given.equals(key);
    }

    /** @throws LabException if a value is not allowed */
    void check(String value) throws LabException {
        if (!isNumber()) {
            return;
        }
        double number;
        try {
            number = isWhole() ? Long.parseLong(value) : Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new LabException("--set " + key + "=" + value + ": not a" + (isWhole() ? " whole" : "") + " number");
        }
        if (!(number >= least && number <= most)) {
            throw new LabException("--set " + key + "=" + value + ": allowed is " + Cells.text(least) + " to " + Cells.text(most));
        }
    }
}
