package org.millrace.api.pipeline;

/**
 * How flows share what a data path can send. Each belongs to a class; classes that all have something to send get parts as
 * their weights are, whatever the number of their flows.
 *
 * <p>Owned by: the data-path thread.
 */
public interface FlowShares {
    /** All flows are alike. */
    FlowShares ALIKE = new FlowShares() {
        @Override
        public boolean areSet() {
            return false;
        }

        @Override
        public boolean areContended() {
            return false;
        }

        @Override
        public int classes() {
            return 1;
        }

        @Override
        public int classOf(int flow) {
            return 0;
        }

        @Override
        public int weight(int number) {
            return 1;
        }
    };

    /** {@return whether there are classes; if not nobody need ask the rest. It may change at any time} */
    boolean areSet();

    /** {@return whether more than one class has been busy of late: what is done at once is to be little then} */
    boolean areContended();

    /** {@return how many classes there can be; they are numbered from 0} */
    int classes();

    /**
     * {@return the class of a flow. It may change at any time}
     *
     * @param flow the flow
     */
    int classOf(int flow);

    /**
     * {@return the weight of a class, at least 1}
     *
     * @param number the class
     */
    int weight(int number);
}
