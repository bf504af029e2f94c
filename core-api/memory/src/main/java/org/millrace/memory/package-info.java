/**
 * Memory that two sides reach and the ways they wake each other: mapped regions, rings, doorbells, and the native edge
 * below them (Linux through the FFM API; a process that uses it needs {@code --enable-native-access}).
 */
package org.millrace.memory;
