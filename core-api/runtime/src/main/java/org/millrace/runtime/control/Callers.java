package org.millrace.runtime.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.HashSet;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/**
 * Who may ask, by what the kernel says of who has connected (SO_PEERCRED, unix(7)): the users that may attach may look,
 * the runtime's own and root may change. Any thread.
 */
final class Callers {
    private static final UserPrincipalLookupService USERS = FileSystems.getDefault().getUserPrincipalLookupService();

    private final UserPrincipal owner;
    private final UserPrincipal root;
    private final Set<UserPrincipal> lookers = new HashSet<>();

    /**
     * @param directory the instance's, which its user owns
     * @param users     ids of users that may attach beside the instance's own and root
     */
    Callers(Path directory, Set<Integer> users) throws IOException {
        owner = Files.getOwner(directory);
        root = USERS.lookupPrincipalByName("0"); // ids are taken where no user has that name
        for (int user : users) {
            lookers.add(USERS.lookupPrincipalByName(Integer.toString(user)));
        }
    }

    /** {@return who is at the other end} */
    static UserPrincipal of(SocketChannel channel) throws IOException {
        return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }

    boolean mayChange(UserPrincipal user) {
        return user.equals(owner) || user.equals(root);
    }

    boolean mayLook(UserPrincipal user) {
        return mayChange(user) || lookers.contains(user);
    }

    String owner() {
        return owner.getName();
    }
}
